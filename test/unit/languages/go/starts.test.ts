import { describe, expect, it } from 'vitest';
import { main, module, runtimeOf, taken, text } from './convert.ts';

const files = { 'go.mod': module('example.com/gs'), 'main.go': main };
const from = 'FROM golang:1.22\nRUN apt-get update && apt-get install -y gosu\nWORKDIR /app\nCOPY . .\nRUN go build -o /usr/local/bin/gs .\n';
const entry = `${from}COPY entry.sh /entry.sh\nENTRYPOINT ["/entry.sh"]\nCMD ["gs"]\n`;
const convert = (script: string): Promise<string> => text(entry, { ...files, 'entry.sh': `#!/bin/sh\nset -e\n${script}\n` });

describe('go: entry points that look at their arguments', () => {
  it.each([
    'if [ "$1" = "gs" ]; then chown -R nobody /app; fi\nexec "$@"',
    'if [ "$1" = "gs" ] && [ "$(id -u)" = "0" ]; then\n  chown -R nobody /app\n  exec gosu nobody "$0" "$@"\nfi\nexec "$@"',
    'if [ "${1#-}" != "$1" ]; then set -- gs "$@"; fi\nif [ "$1" = gs ]; then mkdir -p /data; find /data -exec chown nobody {} +; fi\nexec "$@"',
  ])('%j starts what is built', async (script) => {
    const proposal = await convert(script);
    expect(taken(proposal)).toContain('/usr/local/bin/gs');
    expect(runtimeOf(proposal)).toContain('CMD ["gs"]');
  });

  it('a verb is no program', async () => {
    const verb = entry.replace('CMD ["gs"]', 'CMD ["serve"]');
    const proposal = await text(verb, { ...files, 'entry.sh': '#!/bin/sh\ncase "$1" in\n  serve) exec /usr/local/bin/gs serve ;;\nesac\nexec "$@"\n' });
    expect(taken(proposal)).toContain('/usr/local/bin/gs');
  });
});

describe('go: starts that go on around the program', () => {
  it.each([
    'while true; do gs; sleep 3600; done',
    'until gs; do sleep 5; done',
    'for i in 1 2 3; do gs $i; sleep 1; done',
    'gs & wait',
    "trap 'exit 0' TERM; gs",
    'gs & tail -f /dev/null',
  ])('%s', async (command) => {
    const proposal = await text(`${from}CMD ${command}\n`, files);
    expect(taken(proposal)).toContain('/usr/local/bin/gs');
    expect(runtimeOf(proposal)).toContain(`CMD ${command}`);
    expect(runtimeOf(proposal)).not.toMatch(/^FROM (?:scratch|gcr\.io\/distroless)/);
  });

  it('still refuses a start of which nothing is built', async () => {
    await expect(text(`${from}CMD ["chown", "app", "/data"]\n`, files)).rejects.toThrow('the start runs chown');
  });
});
