import { describe, expect, it } from 'vitest';
import { ambiguousTools, packageOfProgram, programsOf } from '../../../src/packages/resolve.ts';

describe('programsOf', () => {
  it.each([
    ['git', 'debian', 'git'],
    ['postgresql-client', 'debian', 'psql'],
    ['postgresql-client', 'debian', 'pg_dump'],
    ['ffmpeg', 'ubuntu', 'ffprobe'],
    ['imagemagick', 'debian', 'convert'],
    ['netcat-openbsd', 'debian', 'nc'],
    ['procps', 'debian', 'ps'],
    ['openssh-client', 'alpine', 'ssh'],
    ['dumb-init', 'alpine', 'dumb-init'],
    ['build-essential', 'debian', 'make'],
    ['postgresql-client=15+248', 'debian', 'psql'],
  ] as const)('%s in %s has %s', (name, family, program) => expect(programsOf(name, family)).toContain(program));

  it('is empty for libraries, names it does not know, and words of the language', () => {
    for (const name of ['libpq5', 'tzdata', 'nothing', 'constructor', '']) expect(programsOf(name, 'debian')).toEqual([]);
  });
});

describe('packageOfProgram', () => {
  it.each([
    ['curl', 'debian', 'curl'],
    ['nc', 'debian', 'netcat-openbsd'],
    ['psql', 'alpine', 'postgresql-client'],
    ['convert', 'rhel', 'ImageMagick'],
    ['ps', 'alpine', 'procps'],
    ['make', 'debian', 'make'],
    ['gcc', 'alpine', 'gcc'],
    ['mysqldump', 'ubuntu', 'mysql-client'],
    ['envsubst', 'debian', 'gettext-base'],
    ['java', 'debian', 'default-jre-headless'],
    ['tini', 'rhel', 'tini'],
  ] as const)('%s in %s comes with %s', (program, family, name) => expect(packageOfProgram(program, family)).toBe(name));

  it('is undefined for a program it does not know', () => {
    for (const program of ['my-program', 'toString', '']) expect(packageOfProgram(program, 'debian')).toBeUndefined();
  });

  it('finds a package that has the program', () => {
    for (const family of ['debian', 'ubuntu', 'alpine', 'rhel'] as const) {
      for (const program of ['git', 'curl', 'psql', 'unzip', 'ssh', 'jq']) expect(programsOf(packageOfProgram(program, family)!, family), `${program} in ${family}`).toContain(program);
    }
  });
});

describe('ambiguousTools', () => {
  it('are those that builds and programs both call', () => {
    for (const name of ['git', 'curl', 'wget', 'openssh-client', 'ca-certificates', 'tzdata', 'vim', 'unzip', 'bash', 'procps', 'gnupg']) expect(ambiguousTools.has(name), name).toBe(true);
    for (const name of ['gcc', 'libpq-dev', 'ffmpeg']) expect(ambiguousTools.has(name), name).toBe(false);
  });
});
