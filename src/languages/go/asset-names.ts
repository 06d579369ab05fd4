import { dirname, filesBelow } from '../../project/project.ts';
import type { Start } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';
import { inModules, modulesThatReadDotenv, namesOfModules } from './data.ts';
import type { GoSources } from './sources.ts';

/** Something that may be the name of a file or folder that the program reads. */
export interface AssetName {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** True for the path of a call that reads: it is one, whatever it looks like. */
  readonly read: boolean;
}

/** Characters of a configuration file beyond which it is data. */
const longestConfiguration = 200_000;

/** Words of the start and of its scripts that may name a file; a variable in front, such as the script's own folder, is left out. */
export function namedByStart(start: Start): AssetName[] {
  const words = start.commands.flatMap((command) => command.words.map((word) => ({ file: command.file || 'Dockerfile', line: command.line, text: word?.replace(/^-[\w-]+=/, '') ?? '', read: false })));
  const read = start.scripts.flatMap((script) =>
    (script.text ?? '').split('\n').flatMap((line, index) => {
      const folder = dirname(script.imagePath);
      return line.replace(/^\s*#.*/, '').split(/[\s"'`;|&()<>=,:]+/).filter((word) => /[./]/.test(word)).flatMap((word) => {
        const text = word.replace(/^\$\{?\w*\}?\/+/, '').replace(/^\/+(?=[^/]*$)/, '');
        return [word, text, `${folder}/${text}`].map((name) => ({ file: script.source ?? script.imagePath, line: index + 1, text: name, read: false }));
      });
    }),
  );
  return [...words, ...read].filter((item) => item.text !== '');
}

/** Values of ENV: the program, or a module that it uses, may read what they name. */
export const namedByEnvironment = (walk: Walk): AssetName[] =>
  walk.steps.flatMap(({ instruction }) =>
    instruction.keyword !== 'ENV' ? [] : instruction.pairs.filter(({ name }) => !/^(?:PATH|GO\w*|CGO_\w+)$/.test(name)).flatMap(({ value }) => (value ?? '').replace(/^["']|["']$/g, '').split(/[:;,\s]+/).flatMap((text) => (text === '' ? [] : [{ file: 'Dockerfile', line: instruction.line, text, read: false }]))),
  );

/** What modules read by names of their own: `.env`, folders that they are known for, and the configuration that viper looks for. */
export function namedByModules(walk: Walk, sources: GoSources): AssetName[] {
  const imported = [...sources.imports].find(([path]) => inModules(path, modulesThatReadDotenv))?.[1];
  const conventions = Object.entries(namesOfModules).flatMap(([module, list]) => {
    const at = [...sources.imports].find(([path]) => inModules(path, [module]))?.[1];
    return at ? list.map((text) => ({ file: at.file, line: at.line, text, read: true })) : [];
  });
  const calls = (name: string): AssetName[] => sources.reads.filter((item) => item.call.endsWith(`.${name}`)).map((item) => ({ ...item, read: true }));
  const names = calls('SetConfigName');
  // A name made at run time, of the environment's: any configuration file in the folder may be meant.
  const any = sources.unknownReads.some((item) => item.text.endsWith('.SetConfigName'));
  const isNamed = (file: string): boolean => (any && /\.(?:json|toml|ya?ml|properties|props|hcl|env|ini)$/.test(file)) || (names.length > 0 ? names.map((item) => item.text) : ['config']).some((name) => file === name || file.startsWith(`${name}.`));
  const found = calls('AddConfigPath').flatMap((folder) => {
    const source = walk.locate(folder.text.startsWith('/') ? folder.text : `${walk.end.cwd ?? ''}/${folder.text}`.replace(/\/+\.?$/, '') || '/') ?? (walk.end.cwd !== undefined && /^[./]*$/.test(folder.text) ? walk.locate(walk.end.cwd) : undefined);
    return source === undefined ? [] : walk.project.list(source).filter((file) => isNamed(file) && !file.endsWith('.go')).map((file) => ({ ...folder, text: `${folder.text.replace(/\/$/, '')}/${file}` }));
  });
  return [...(imported ? [{ file: imported.file, line: imported.line, text: '.env', read: true }] : []), ...conventions, ...found];
}

/** Values in the configuration files among the assets. */
export function namedByConfiguration(walk: Walk, sources: readonly string[]): AssetName[] {
  const files = sources.flatMap((source) => (walk.project.kind(source) === 'folder' ? filesBelow(walk.project, source, () => true).slice(0, 100) : [source])).filter((path) => /(?:\.(?:json|ya?ml|toml|ini|conf|cfg|properties|hcl)|(?:^|\/)\.env[\w.]*|\.env)$/.test(path));
  return files.flatMap((file) => {
    const text = walk.project.read(file);
    if (text === undefined || text.length > longestConfiguration) return [];
    return text.split('\n').flatMap((line, index) => (line.match(/[\w@./-]{2,200}/g) ?? []).filter((word) => /[./]/.test(word) || new RegExp(`[=:]\\s*["']?${word}["']?,?\\s*$`).test(line)).map((word) => ({ file, line: index + 1, text: word, read: false })));
  });
}
