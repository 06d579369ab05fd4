import { basename } from '../../project/project.ts';

/** What a build is for. */
export interface BuildFor {
  /** Build tags that are set; undefined where that is not known, so that any may be. */
  readonly tags: readonly string[] | undefined;
  /** GOOS; undefined where it is not known. */
  readonly os: string | undefined;
  /** Whether cgo is on; undefined where either is possible. */
  readonly cgo?: boolean | undefined;
}

/** True, false, or undefined where it depends on something unknown. */
type Truth = boolean | undefined;

/** Systems and architectures that file names end in. Source: go/build/syslist.go. */
const systems = new Set('aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos'.split(' '));
const architectures = new Set('386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x wasm'.split(' '));
/** Systems that the tag `unix` stands for. Source: go/build/syslist.go. */
const unix = new Set('aix android darwin dragonfly freebsd hurd illumos ios linux netbsd openbsd solaris'.split(' '));

/**
 * Whether a Go file is part of a build, as its name and its build constraints say. A file that may or may not be part counts as part; test files never
 * do. Source: `go help buildconstraint`.
 *
 * @param path path or name of the file
 */
export function isCompiled(path: string, text: string, target: BuildFor): boolean {
  const name = basename(path);
  if (!name.endsWith('.go') || name.endsWith('_test.go') || /^[._]/.test(name)) return false;
  const parts = name.replace(/\.go$/, '').split('_').slice(1);
  const last = parts.at(-1) ?? '';
  const system = systems.has(last) ? last : architectures.has(last) && systems.has(parts.at(-2) ?? '') ? parts.at(-2)! : undefined;
  if (system !== undefined && valueOf(system, target) === false) return false;
  if (architectures.has(last) && valueOf(last, target) === false) return false;
  const header = text.slice(0, Math.max(0, text.search(/^package\s/m)));
  const line = /^\/\/go:build[ \t]+(.+)$/m.exec(header)?.[1];
  if (line !== undefined) return evaluate(line, target) !== false;
  // The older form: lines are joined by "and", words of a line by "or", terms with commas by "and".
  return [...header.matchAll(/^\/\/[ \t]*\+build[ \t]+(.+)$/gm)].every((match) => match[1]!.trim().split(/\s+/).some((option) => option.split(',').every((term) => (term.startsWith('!') ? valueOf(term.slice(1), target) !== true : valueOf(term, target) !== false))));
}

function valueOf(tag: string, { tags, os, cgo }: BuildFor): Truth {
  if (tags?.includes(tag)) return true;
  if (tag === 'cgo') return cgo;
  if (tag === 'gc' || /^go1\.\d+$/.test(tag)) return true;
  if (systems.has(tag)) return os === undefined ? undefined : tag === os;
  if (tag === 'unix') return os === undefined ? undefined : unix.has(os);
  // Images are not built for these; which of the others is not known.
  if (/^(?:ignore|gccgo|tinygo|wasm)$/.test(tag)) return false;
  if (architectures.has(tag)) return undefined;
  return tags === undefined ? undefined : false;
}

function evaluate(expression: string, target: BuildFor): Truth {
  const tokens = expression.replace(/\/\/.*$/, '').match(/&&|\|\||[!()]|[\w.]+/g) ?? [];
  let at = 0;
  const not = (): Truth => {
    if (tokens[at] === '!') {
      at += 1;
      const value = not();
      return value === undefined ? undefined : !value;
    }
    if (tokens[at] === '(') {
      at += 1;
      const value = or();
      at += 1;
      return value;
    }
    return valueOf(tokens[at++] ?? '', target);
  };
  const joined = (next: () => Truth, operator: string, decisive: boolean): Truth => {
    let value = next();
    while (tokens[at] === operator) {
      at += 1;
      const other = next();
      value = value === decisive || other === decisive ? decisive : value === undefined || other === undefined ? undefined : !decisive;
    }
    return value;
  };
  const and = (): Truth => joined(not, '&&', false);
  const or = (): Truth => joined(and, '||', true);
  return or();
}
