import { describe, expect, it } from 'vitest';
import { memoryProject } from '../../../../src/project/memory.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import { transform } from '../../../../src/transform.ts';

const templates = packagedTemplates();

async function convert(lines: readonly string[]): Promise<{ code: string; builder: string; runtime: string; message: string }> {
  const outcome = await transform(`${lines.join('\n')}\n`, memoryProject({ 'app.py': '', 'requirements.txt': 'flask' }), { language: 'python' }, templates);
  if (outcome.kind !== 'converted') return { code: outcome.findings[0]!.code, builder: '', runtime: '', message: outcome.findings[0]!.message };
  const [builder = '', runtime = ''] = outcome.text.split(/\n(?=FROM )/).slice(-2);
  return { code: 'converted', builder, runtime, message: '' };
}

const install = ['COPY requirements.txt .', 'RUN pip install -r requirements.txt', 'COPY . .'];
const start = 'CMD ["python", "app.py"]';
const base = 'FROM python:3.11-bookworm';

describe('a RUN that fetches what it installs', () => {
  it('leaves to the runtime stage what has nothing to do with it', async () => {
    const { builder, runtime } = await convert([base, 'RUN mkdir /data && groupadd app && git clone https://example.com/a/tool && pip install ./tool && chown root:app /data', 'COPY . .', start]);
    expect(builder).toContain('git clone https://example.com/a/tool && pip install ./tool');
    expect(builder).not.toContain('groupadd');
    expect(runtime).toContain('COPY --from=builder /tool /tool');
    expect(runtime).toContain('mkdir /data && groupadd app && chown root:app /data');
  });

  it('makes the folders in the builder in which it works', async () => {
    const { builder, runtime } = await convert([base, 'RUN mkdir /code', 'RUN cd /code && git clone https://example.com/a/tool && pip install -r tool/requirements.txt', 'COPY . .', start]);
    expect(builder).toContain('RUN mkdir /code\n');
    expect(runtime).toContain('RUN mkdir /code\n');
    expect(runtime).toContain('COPY --from=builder /code/tool /code/tool');
  });

  it('makes no folder in the runtime stage that COPY has made already', async () => {
    const { builder, runtime } = await convert([base, 'RUN mkdir /code && cd /code && git clone https://example.com/a/tool && pip install -r tool/requirements.txt', 'COPY . .', start]);
    expect(builder).toContain('mkdir /code && cd /code');
    expect(runtime).not.toContain('mkdir');
    expect((await convert([base, 'RUN mkdir -p /code /data && cd /code && git clone https://example.com/a/tool && pip install -r tool/requirements.txt', 'COPY . .', start])).runtime).toContain('RUN mkdir -p /code /data');
  });

  it('follows `cd` in a group, and a file through `mv`', async () => {
    expect((await convert([base, 'RUN git clone https://example.com/a/tool /src/tool && (cd /src/tool && pip install -r requirements.txt)', 'COPY . .', start])).runtime).toContain('COPY --from=builder /src/tool /src/tool');
    const { builder } = await convert([base, 'WORKDIR /w', 'RUN curl -O https://example.com/a-1.whl', 'RUN mv a-1.whl b-1.whl && pip install ./b-1.whl', 'COPY . .', start]);
    expect(builder).toContain('curl -O https://example.com/a-1.whl');
  });

  it('carries what it copies elsewhere', async () => {
    const { runtime } = await convert([base, 'RUN git clone https://example.com/a/tool && cd tool && pip install . && cp tool.conf /etc/tool.conf', 'COPY . .', start]);
    expect(runtime).toContain('COPY --from=builder /etc/tool.conf /etc/tool.conf');
  });

  it('does not carry the script of an installer', async () => {
    const { code, runtime } = await convert([base, 'RUN wget https://bootstrap.pypa.io/get-pip.py && python get-pip.py', ...install, start]);
    expect(code).toBe('converted');
    expect(runtime).not.toContain('get-pip');
  });

  it('is refused in the home of a user whom it makes', async () => {
    expect(await convert([base, 'RUN useradd -m app && cd /home/app && git clone https://example.com/a/tool && pip install ./tool', 'COPY . .', start])).toMatchObject({ code: 'unknown-command' });
  });
});

describe('repositories and answers', () => {
  it('come before the installs that use them, with what they call', async () => {
    const { runtime } = await convert([base, 'RUN curl -sL https://deb.nodesource.com/setup_18.x | bash - && apt-get install -y curl nodejs', ...install, start]);
    expect(runtime).toContain('# - curl: line 2 calls it');
    expect(runtime).toMatch(/apt-get install -y --no-install-recommends curl [\s\S]*curl -sL https:\/\/deb\.nodesource\.com\/setup_18\.x \| bash - && apt-get install -y curl nodejs/);
  });

  it('go to both stages where both install', async () => {
    const { builder, runtime } = await convert(['FROM ubuntu:22.04', 'RUN apt-get update && echo a b select true | debconf-set-selections && apt-get install -y python3-pip ttf-mscorefonts-installer', 'COPY . .', 'RUN pip install -r requirements.txt', 'CMD ["python3", "app.py"]']);
    expect(builder).toContain('debconf-set-selections');
    expect(runtime).toContain('debconf-set-selections && apt-get install -y python3-setuptools ttf-mscorefonts-installer');
  });

  it('leave a script of anyone else unknown', async () => {
    expect(await convert([base, 'RUN curl https://example.com/install.sh | bash', ...install, start])).toMatchObject({ code: 'unknown-command' });
  });
});

describe('system packages', () => {
  it('that a later command of the same RUN calls stay, although it removes them', async () => {
    const { runtime } = await convert(['FROM python:3.11-slim-bookworm', 'RUN apt-get update && apt-get install -y gcc wget && wget -O /etc/x https://example.com/x && apt-get remove -y wget', ...install, start]);
    expect(runtime).toContain('apt-get install -y wget && wget -O /etc/x https://example.com/x');
  });

  it('that a variable names are removed again', async () => {
    const { runtime } = await convert([base, 'RUN apt-get update && B="$(cat list)" && apt-get install -y $B ffmpeg && apt-get purge -y $B', ...install, start]);
    expect(runtime).toContain('apt-get purge -y $B');
  });

  it('that update-alternatives names stay', async () => {
    const { code, runtime, message } = await convert(['FROM python:3.11-slim-bookworm', 'RUN apt-get update && apt-get install -y ffmpeg make g++-12 && update-alternatives --install /usr/bin/g++ g++ /usr/bin/g++-12 1', ...install, start]);
    // The proof that no build tool is left may refuse it; it must not call for a program that is not there.
    expect(code === 'converted' ? runtime : message).toMatch(/g\+\+-12/);
  });

  it('of another release are not translated', async () => {
    const { runtime } = await convert([base, 'RUN echo "deb http://mirror.example.com/debian bullseye main" > /etc/apt/sources.list.d/b.list && apt-get update && apt-get install -y -t bullseye libicu-dev', ...install, start]);
    expect(runtime).toContain('-t bullseye libicu-dev');
  });
});

describe('other programs', () => {
  it('of npm that need no compiler are installed again', async () => {
    const { runtime } = await convert(['FROM python:3.11-bookworm', 'RUN apt-get update && apt-get install -y nodejs npm', 'RUN npm install -g serve@14', ...install, start]);
    expect(runtime).toContain('RUN npm install -g serve@14');
    expect(await convert(['FROM python:3.11-bookworm', 'RUN apt-get update && apt-get install -y nodejs npm', 'RUN npm install -g bcrypt', ...install, start])).toMatchObject({ code: 'unknown-command' });
  });

  it('are written by a group of commands', async () => {
    const { runtime } = await convert([base, 'RUN { echo a; echo b; } > /etc/x', ...install, start]);
    expect(runtime).toContain('RUN { echo a; echo b; } > /etc/x');
  });

  it('belong to root where sudo installs', async () => {
    const { runtime } = await convert(['FROM ubuntu:22.04', 'RUN apt-get update && apt-get install -y sudo python3-pip build-essential && useradd -m app', 'USER app', 'WORKDIR /home/app', 'COPY . .', 'RUN sudo pip install -r requirements.txt', 'CMD ["python3", "app.py"]']);
    expect(runtime).toContain('COPY --from=builder /usr/local /usr/local');
    expect(runtime).not.toContain('.local /home');
  });
});
