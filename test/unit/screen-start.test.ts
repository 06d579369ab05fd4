import { describe, expect, it } from 'vitest';
import { walkOf } from '../support/walks.ts';
import { Refusal } from '../../src/findings.ts';
import { screenStart } from '../../src/screen-start.ts';
import { startOf } from '../../src/walk/start.ts';

/** Code, place and message of the refusal; '' without one. */
function answer(start: string, files: Readonly<Record<string, string>> = {}, language = 'go'): string {
  const walked = walkOf(`FROM python:3.14\nWORKDIR /app\nCOPY . .\n${start}\n`, files);
  try {
    screenStart(walked, startOf(walked), language);
    return '';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, file, line, message } = error.finding;
    return `${code}@${file === undefined ? '' : `${file}:`}${line} ${message}`;
  }
}

describe('no-program', () => {
  it.each([
    ['', 'no-program@1 '],
    ['CMD []', 'no-program@4 '],
    ['CMD ["a"]\nCMD []', 'no-program@5 '],
    ['ENTRYPOINT []', 'no-program@4 '],
    ["CMD ['python', 'a.py']", 'no-program@4 the image starts no program: CMD is no valid JSON'],
    ['ENTRYPOINT ["python", "a.py",]', 'no-program@4 '],
    ["CMD ['./a']", 'no-program@4 '],
    ['ENTRYPOINT ["a"]\nENTRYPOINT []', 'no-program@5 '],
  ])('%j', (start, expected) => {
    expect(answer(start)).toContain(expected);
  });

  it.each(['CMD [ -f a ] && ./a', 'CMD [ "$A" = b ]', 'CMD []\nCMD ["./a"]', 'ENTRYPOINT ["b"]\nENTRYPOINT []\nCMD ["./a"]', 'ENTRYPOINT ["./a"]\nCMD []'])('%j starts one', (start) => {
    expect(answer(start)).toBe('');
  });

  it('says what the base image starts', () => {
    expect(answer('')).toContain('python:3.14 starts `python3`');
  });

  it('says that nothing is known of another one', () => {
    const walked = walkOf('FROM example.com/a\n');
    expect(() => screenStart(walked, startOf(walked), 'go')).toThrow('what example.com/a starts is not known');
  });
});

describe('several-services', () => {
  it.each([
    ['CMD ["supervisord", "-n"]', 'supervisord starts what its configuration lists'],
    ['CMD ["/usr/bin/supervisord"]', 'supervisord'],
    ['ENTRYPOINT ["/sbin/my_init"]', 'my_init'],
    ['ENTRYPOINT ["/init"]', 'init'],
    ['CMD ["/usr/sbin/init"]', 'init'],
    ['CMD ["s6-svscan", "/etc/s6"]', 's6-svscan'],
    ['CMD honcho start', 'honcho starts every line of the Procfile'],
    ['CMD service nginx start && gunicorn a:b', 'nginx and gunicorn a:b'],
    ['CMD /etc/init.d/ssh start && python a.py', 'ssh and python a.py'],
    ['CMD nginx && gunicorn a:b', 'nginx and gunicorn a:b'],
    ['CMD cron && python a.py', 'cron and python a.py'],
    ['CMD /usr/sbin/sshd && python a.py', 'sshd and python a.py'],
    ['CMD python worker.py & python web.py', 'python worker.py and python web.py'],
    ['CMD ["sh", "-c", "python worker.py & python web.py"]', 'python worker.py and python web.py'],
    ['CMD python a.py & python b.py & wait', 'python a.py and python b.py'],
  ])('%s', (start, expected) => {
    expect(answer(start)).toMatch(/^several-services@4 /);
    expect(answer(start)).toContain(expected);
  });

  it('in a script, with its place there', () => {
    expect(answer('ENTRYPOINT ["./start.sh"]', { 'start.sh': '#!/bin/sh\nset -e\nredis-server --daemonize yes\nexec gunicorn a:b\n' })).toBe('several-services@start.sh:4 the container runs several services: it starts redis-server and gunicorn a:b');
  });

  it.each([
    'CMD ["nginx", "-g", "daemon off;"]',
    'CMD nginx -t && nginx -g "daemon off;"',
    'CMD ["apachectl", "-DFOREGROUND"]',
    'CMD service nginx start && tail -F /var/log/nginx/access.log',
    'CMD python a.py & wait',
    'CMD (sleep 5; curl localhost) & python a.py',
    'CMD Xvfb :99 & python a.py',
    'CMD python migrate.py && gunicorn a:b',
    'CMD python a.py 2>&1 | tee log',
    'CMD honcho start web',
    'CMD ["gunicorn", "--workers", "4", "a:b"]',
  ])('%s is one', (start) => {
    expect(answer(start)).toBe('');
  });

  it('is not what a program of the project has for a name', () => {
    expect(answer('CMD ["/app/init"]', { init: '#!/usr/bin/env python\n' })).toBe('');
    expect(answer('CMD ["/app/supervisord"]', { supervisord: '#!/usr/bin/env python\n' })).toBe('');
  });
});

describe('interactive-or-dev-start', () => {
  it.each(['CMD ["bash"]', 'CMD bash', 'CMD ["/bin/sh"]', 'CMD ["/bin/bash", "-l"]', 'CMD ["zsh"]', 'CMD ["python"]', 'CMD python3', 'CMD ["ipython"]', 'CMD ["node"]', 'CMD tail -f /dev/null', 'CMD ["sleep", "infinity"]', 'CMD ["/usr/sbin/sshd", "-D"]', 'CMD service nginx start && bash'])('%s', (start) => {
    expect(answer(start)).toMatch(/^interactive-or-dev-start@4 /);
  });

  it.each([
    'ENTRYPOINT ["python"]',
    'CMD ["python", "a.py"]',
    'CMD ["bash", "run.sh"]',
    'CMD ["bash", "-c", "python a.py"]',
    'CMD ["jupyter", "notebook"]',
    'CMD ["flask", "run", "--debug"]',
    'CMD ["uvicorn", "a:b", "--reload"]',
    'CMD ["python", "manage.py", "runserver"]',
    'CMD service nginx start && tail -f /dev/null',
    'CMD while true; do python a.py; sleep 60; done',
    'CMD python $SCRIPT',
  ])('%s is not', (start) => {
    expect(answer(start)).toBe('');
  });
});

describe('cron', () => {
  it('starts programs that are not seen', () => {
    expect(answer('CMD ["cron", "-f"]')).toMatch(/^unsupported-shape@4 cron starts the programs/);
    expect(answer('CMD crond -f -l 2')).toMatch(/^unsupported-shape@4 /);
    expect(answer('CMD cron && tail -f /var/log/cron.log')).toMatch(/^unsupported-shape@4 cron starts the programs/);
    expect(answer('CMD ["./start.sh"]', { 'start.sh': '#!/bin/sh\nservice cron start\ntail -f /dev/null\n' })).toMatch(/^unsupported-shape@start.sh:2 cron starts/);
  });

  it('is known to Python, which keeps its packages where cron finds them', () => {
    expect(answer('CMD ["cron", "-f"]', {}, 'python')).toBe('');
  });

  it('and several services are for Python, whose runtime stage keeps what the original has', () => {
    expect(answer('CMD cron && python a.py', {}, 'python')).toBe('');
    expect(answer('CMD ["supervisord", "-n"]', {}, 'python')).toBe('');
    expect(answer('CMD ["supervisord", "-n"]')).toMatch(/^several-services/);
  });

  it('may be the name of a program of the project', () => {
    expect(answer('CMD ["./cron"]', { cron: '#!/usr/bin/env python\n' })).toBe('');
  });
});
