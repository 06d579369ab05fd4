import { basename, dirname } from '../project/project.ts';
import type { ShellCommand, ShellWord } from '../shell/parse.ts';
import { hasOption, readArguments, type Arguments } from './arguments.ts';
import type { Effect } from './effect.ts';
import { placeOf, starred, type Surroundings } from './paths.ts';

/** Options with a value. Source: the programs' manual pages. */
const values: Readonly<Record<string, string>> = {
  curl: '-A -b -c -C -d -D -e -E -F -H -K -m -o -P -Q -r -t -T -u -U -w -x -X -y -Y -z --connect-timeout --max-time --retry --retry-delay --retry-max-time --header --user-agent --cookie --cookie-jar --data --data-raw --data-binary --form --url --user --proxy --request --output --output-dir --write-out --cacert --cert --key --resolve --referer --range --limit-rate --ciphers --tls-max --interface --upload-file --config --dump-header --continue-at --max-redirs',
  wget: '-O -P -o -a -U -t -T -e -i -w -Q -A -R -D -l -B --output-document --directory-prefix --output-file --append-output --user-agent --tries --timeout --header --user --password --http-user --http-password --execute --input-file --wait --accept --reject --level --base --post-data --ca-certificate --referer --cut-dirs --progress --secure-protocol --load-cookies --save-cookies --max-redirect',
  tar: '-C -f -b -T -X -I -g -K -N -H --directory --file --files-from --exclude --exclude-from --use-compress-program --transform --xform --owner --group --mode --to-command --strip-components --warning --checkpoint-action',
  unzip: '-d -x -P',
  git: '-C -c --git-dir --work-tree -b --branch --depth -o --origin --config --reference -u --upload-pack --template --filter -j --jobs --shallow-since --shallow-exclude --separate-git-dir',
  svn: '-r --revision --username --password --depth --config-dir --config-option',
  hg: '-r --rev -u --updaterev -b --branch -R --repository --config',
  aria2c: '-d -o -x -s -j -k -i --dir --out --max-connection-per-server --split',
  'dpkg-deb': '',
  '7z': '', '7za': '', '7zr': '',
};

const compressors = /^(?:gzip|gunzip|bzip2|bunzip2|xz|unxz|lzma|unlzma|zstd|unzstd|brotli|uncompress)$/;

/** Whether a program downloads or unpacks. */
export const isFetch = (program: string): boolean => compressors.test(program) || Object.hasOwn(values, program);

/** The effect of a download or an unpacking. */
export function fetchEffect(program: string, command: ShellCommand, around: Surroundings): Effect {
  const words = oldStyle(program, command.words.slice(1));
  const read = readArguments(words, new Set((values[program] ?? '').split(' ').filter(Boolean)), !program.startsWith('7z'));
  const writes = compressors.test(program) ? compressed(read, around) : (targets[program] ?? targets['7z']!)(read, around);
  const reads = archives(program, read, around);
  return writes === 'nothing' ? { kind: 'none' } : { kind: 'fetch', programs: [program], writes, ...(reads.length > 0 ? { reads } : {}) };
}

/** The archives that are unpacked. */
function archives(program: string, read: Arguments, around: Surroundings): string[] {
  const words = program === 'tar' ? (hasOption(read, ['-c', '--create']) ? [] : [given(read, '-f', '--file')]) : program === 'unzip' || compressors.test(program) ? read.operandWords.slice(0, program === 'unzip' ? 1 : undefined) : program.startsWith('7z') ? [read.operandWords[1]] : program === 'dpkg-deb' ? [read.operandWords[0]] : [];
  return words.flatMap((word) => (word === undefined || word.value === '-' ? [] : (placeOf(word, around) ?? [])));
}

type Target = (read: Arguments, around: Surroundings) => string[] | undefined | 'nothing';

const targets: Readonly<Record<string, Target>> = {
  curl(read, around) {
    const folder = given(read, '--output-dir');
    const cookies = places(read.options.filter((option) => /^(?:-c|--cookie-jar|-D|--dump-header)$/.test(option.name) && option.value !== '-').map((option) => wordOf(option)), around);
    const outputs = read.options.filter((option) => option.name === '-o' || option.name === '--output').map((option) => wordOf(option));
    const here = folder === undefined ? around : { ...around, cwd: placeOf(folder, around) };
    const named = hasOption(read, ['-J', '--remote-header-name']) ? folderOf(here) : places(urls(read).map((word) => nameOfUrl(word, false)), here);
    const remote = hasOption(read, ['-O', '--remote-name', '--remote-name-all']) ? named : [];
    return joined(cookies, places(outputs.filter((word) => word.value !== '-'), here), remote);
  },
  wget(read, around) {
    const output = given(read, '-O', '--output-document');
    if (output !== undefined) return output.value === '-' || output.value === '/dev/stdout' ? [] : places([output], around);
    if (hasOption(read, ['--spider'])) return 'nothing';
    const folder = given(read, '-P', '--directory-prefix');
    const here = folder === undefined ? around : { ...around, cwd: placeOf(folder, around) };
    const unnamed = hasOption(read, ['-i', '--input-file', '-r', '--recursive', '-m', '--mirror', '-p', '--page-requisites', '--content-disposition', '--trust-server-names', '-x']);
    return unnamed ? folderOf(here) : places(urls(read).map((word) => nameOfUrl(word, true)), here);
  },
  tar(read, around) {
    if (hasOption(read, ['-t', '--list', '-O', '--to-stdout'])) return [];
    const file = given(read, '-f', '--file');
    if (hasOption(read, ['-c', '--create'])) return file === undefined || file.value === '-' ? [] : places([file], around);
    return folderOf(inFolder(read, around, '-C', '--directory'));
  },
  unzip: (read, around) => (hasOption(read, ['-l', '-t', '-p', '-Z', '-v']) ? [] : folderOf(inFolder(read, around, '-d'))),
  git(read, around) {
    const here = inFolder(read, around, '-C');
    const [verb, ...rest] = read.operandWords;
    if (/^(?:config|status|log|rev-parse|describe|ls-remote|show|diff|remote|branch|rev-list|var|help|--version)$/.test(verb?.value ?? '')) return 'nothing';
    if (verb?.value === 'lfs' && rest[0]?.value === 'install') return 'nothing';
    if (verb?.value === 'init' && rest[0] !== undefined) return places([rest[0]], here);
    return verb?.value === 'clone' ? cloned(rest, here) : folderOf(here);
  },
  svn(read, around) {
    const [verb, ...rest] = read.operandWords;
    return /^(?:co|checkout|export)$/.test(verb?.value ?? '') ? cloned(rest, around) : /^(?:info|ls|list|log|cat)$/.test(verb?.value ?? '') ? 'nothing' : folderOf(around);
  },
  hg(read, around) {
    const [verb, ...rest] = read.operandWords;
    return verb?.value === 'clone' ? cloned(rest, around) : folderOf(inFolder(read, around, '-R', '--repository'));
  },
  aria2c(read, around) {
    const output = given(read, '-o', '--out');
    const here = inFolder(read, around, '-d', '--dir');
    return output === undefined ? folderOf(here) : places([output], here);
  },
  'dpkg-deb': (read, around) => (hasOption(read, ['-x', '-X', '-R', '-e', '--extract', '--raw-extract', '--control']) ? places([read.operandWords[1]], around) : hasOption(read, ['-b', '--build']) ? folderOf(around) : 'nothing'),
  '7z'(read, around) {
    const folder = read.options.find((option) => option.name.startsWith('-o'))?.name.slice(2);
    if (read.operands[0] === 'l' || read.operands[0] === 't') return [];
    return folder === undefined ? folderOf(around) : /[$`]/.test(folder) ? undefined : places([{ text: folder, value: folder, start: 0, end: 0 }], around);
  },
};

/** `gunzip a.gz` writes beside its file; without one it is part of a pipe. */
function compressed(read: Arguments, around: Surroundings): string[] | undefined {
  if (read.operandWords.length === 0 || hasOption(read, ['-c', '--stdout', '--to-stdout', '-l', '-t'])) return [];
  return places(read.operandWords, around)?.map((path) => dirname(path) || '/');
}

/** `git clone URL [folder]`. */
function cloned([url, folder]: readonly ShellWord[], around: Surroundings): string[] | undefined {
  if (folder !== undefined) return places([folder], around);
  const name = starred(url?.value ?? url?.text ?? '')?.replace(/\/+$/, '').replace(/\.git$/, '').replace(/^.*[/:]/, '');
  return name === undefined || name === '' ? folderOf(around) : places([{ text: name, value: name, start: 0, end: 0 }], around);
}

/** Tar's options may come without a dash: `tar xzf a.tgz`. */
function oldStyle(program: string, words: readonly ShellWord[]): readonly ShellWord[] {
  const first = words[0]?.value;
  return program === 'tar' && first !== undefined && /^[A-Za-z]+$/.test(first) ? [{ ...words[0]!, text: `-${first}`, value: `-${first}` }, ...words.slice(1)] : words;
}

/** The file that a download gets its name from: the last part of the address. */
function nameOfUrl(word: ShellWord, keepsQuery: boolean): ShellWord | undefined {
  const text = starred(word.value ?? word.text);
  const path = text?.replace(/#.*$/, '').replace(keepsQuery ? /^$/ : /\?.*$/, '').replace(/^[a-z]+:\/\/[^/]*\/?/, '/');
  const name = path === undefined ? undefined : basename(path.replace(/\?.*$/, '')) + (/\?.*$/.exec(path)?.[0] ?? '').replaceAll('/', '%2F');
  // An address that is one variable may have any name.
  if (name === undefined || name === '*' || text!.startsWith('*') && !text!.includes('/')) return { text: '', value: '.', start: 0, end: 0 };
  return { text: name, value: name === '' ? 'index.html' : name, start: 0, end: 0 };
}

const urls = (read: Arguments): ShellWord[] => [...read.operandWords, ...read.options.filter((option) => option.name === '--url').map((option) => wordOf(option))];

const wordOf = (option: Arguments['options'][number]): ShellWord => option.word ?? { text: option.value ?? '$', value: option.value ?? undefined, start: 0, end: 0 };

function given(read: Arguments, ...names: string[]): ShellWord | undefined {
  const found = read.options.filter((option) => names.includes(option.name)).at(-1);
  return found && wordOf(found);
}

function inFolder(read: Arguments, around: Surroundings, ...names: string[]): Surroundings {
  const folder = given(read, ...names);
  return folder === undefined ? around : { ...around, cwd: placeOf(folder, around) };
}

const folderOf = ({ cwd }: Surroundings): string[] | undefined => (cwd === undefined ? undefined : [cwd]);

function places(words: readonly (ShellWord | undefined)[], around: Surroundings): string[] | undefined {
  const found = words.map((word) => placeOf(word, around));
  return found.includes(undefined) ? undefined : (found as string[]).filter((path) => !path.startsWith('/dev/'));
}

const joined = (...all: readonly (string[] | undefined)[]): string[] | undefined => (all.includes(undefined) ? undefined : (all as string[][]).flat());
