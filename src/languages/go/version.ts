import { readGoMod } from '../../manifests/go-mod.ts';
import { lookupIn } from '../../dockerfile/scope.ts';
import type { Walk } from '../../walk/walk.ts';
import releases from './data/releases.json' with { type: 'json' };

/** A version that has all that matters here; for images whose tag names none. */
const recent = 24;

/** The minor version of Go, `22` of 1.22.3, that the builder has; undefined where nothing says it. */
export function goVersion(walked: Walk): number | undefined {
  const { reference, facts } = walked.base;
  if (facts?.language === 'go') {
    const version = reference?.version;
    const named = /^1\.(\d+)/.exec(version ?? '')?.[1];
    if (named !== undefined) return Number(named);
    return /onbuild|wheezy|jessie|stretch/.test(reference?.tag ?? '') ? undefined : recent;
  }
  return fromArchive(walked) ?? fromPackages(walked) ?? fromModule(walked);
}

/** `go1.22.3.linux-amd64.tar.gz`, the version also by a variable. */
function fromArchive(walked: Walk): number | undefined {
  for (const { instruction, scope } of walked.steps) {
    if (instruction.keyword !== 'RUN' && instruction.keyword !== 'ADD') continue;
    const text = instruction.logical.replace(/\$\{?(\w+)\}?/g, (written, name: string) => lookupIn(scope)(name) ?? written);
    const found = /\bgo1\.(\d+)(?:\.\d+|rc\d+|beta\d+)?\.linux\b/.exec(text)?.[1] ?? /\bgolang-1\.(\d+)\b/.exec(text)?.[1];
    if (found !== undefined) return Number(found);
    if (/golang\.org\/dl|go\.dev\/dl|dl\.google\.com\/go|googleapis\.com\/golang/.test(text)) return undefined;
  }
  return undefined;
}

/** The version that a release of a distribution packages. */
function fromPackages(walked: Walk): number | undefined {
  const { reference, facts } = walked.base;
  if (!reference || facts === undefined || facts.family === 'none') return undefined;
  const installs = walked.steps.some((step) => step.run?.parts.some(({ effect }) => effect.kind === 'packages' && effect.action === 'install' && effect.packages.some((name) => /^(?:go|golang|golang-go)(?:$|[=<>~@:])/.test(name))));
  if (!installs) return undefined;
  const name = reference.name.split('/').at(-1)!;
  const table: Readonly<Record<string, number>> = (releases as Readonly<Record<string, unknown>>)[name] as Readonly<Record<string, number>> | undefined ?? {};
  const tag = (reference.tag ?? 'latest').replace(/-slim$|-\d{8}$/, '');
  const found = Object.entries(table).find(([release]) => tag === release || tag.startsWith(`${release}.`) || tag.startsWith(`${release}-`));
  return found?.[1] ?? (/^(?:latest|edge|rolling|stable|testing|unstable|sid|3)$/.test(tag) && name in releases ? recent : undefined);
}

/** What go.mod asks for. Source: Go Modules Reference, "go directive": from 1.21 on an older toolchain refuses it. */
function fromModule(walked: Walk): number | undefined {
  const source = walked.project.known ? walked.steps.flatMap((step) => step.copy?.entries ?? []).map((entry) => (entry.kind === 'folder' ? (entry.source === '' ? 'go.mod' : `${entry.source}/go.mod`) : entry.source)).find((path) => /(?:^|\/)go\.mod$/.test(path) && walked.project.kind(path) === 'file') : undefined;
  const asked = source === undefined ? undefined : readGoMod(walked.project.read(source) ?? '').go;
  return asked !== undefined && asked >= 21 ? asked : undefined;
}
