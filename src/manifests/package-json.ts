/** What a package.json says, as far as it matters for an image. Anything of an unexpected type is left out. */
export interface PackageJson {
  readonly name: string | undefined;
  /** `module` makes `.js` files ES modules. */
  readonly type: string | undefined;
  readonly main: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  /** Globs of workspace folders; undefined when there are none. */
  readonly workspaces: readonly string[] | undefined;
  /** Corepack's field: `pnpm@9.1.0`. */
  readonly packageManager: string | undefined;
  /** True when the file has that field at its top level. */
  has(field: string): boolean;
}

/** Reads the text of a package.json; undefined when it is not a JSON object. Hostile keys stay plain data. */
export function readPackageJson(text: string): PackageJson | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const fields = new Map(Object.entries(value));
  const text_ = (name: string): string | undefined => {
    const field = fields.get(name);
    return typeof field === 'string' ? field : undefined;
  };
  const table = (name: string): Record<string, string> => strings(fields.get(name));
  return {
    name: text_('name'),
    type: text_('type'),
    main: text_('main'),
    scripts: table('scripts'),
    dependencies: table('dependencies'),
    devDependencies: table('devDependencies'),
    optionalDependencies: table('optionalDependencies'),
    peerDependencies: table('peerDependencies'),
    workspaces: workspacesOf(fields.get('workspaces')),
    packageManager: text_('packageManager'),
    has: (field) => fields.has(field),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function strings(value: unknown): Record<string, string> {
  const table: Record<string, string> = Object.create(null) as Record<string, string>;
  if (!isObject(value)) return table;
  for (const [name, item] of Object.entries(value)) if (typeof item === 'string') table[name] = item;
  return table;
}

/** npm and Bun write a list; Yarn 1 also an object with `packages`. */
function workspacesOf(value: unknown): string[] | undefined {
  const list = isObject(value) ? value['packages'] : value;
  if (!Array.isArray(list)) return undefined;
  return list.filter((item): item is string => typeof item === 'string');
}
