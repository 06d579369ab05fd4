import { memoryProject } from '../../../../src/project/memory.ts';
import { unknownProject } from '../../../../src/project/project.ts';
import { packagedTemplates } from '../../../../src/project/templates.ts';
import type { Options } from '../../../../src/languages/language.ts';
import { transform, type Outcome } from '../../../../src/transform.ts';

/** A manifest of one package, with lines of dependencies. */
export const manifest = (name: string, ...dependencies: string[]): string => `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n${dependencies.join('\n')}\n`;

/** A lock file with crates from the registry, each with what it depends on. */
export const lock = (crates: Readonly<Record<string, readonly string[]>>): string =>
  `version = 4\n\n${Object.entries(crates).map(([name, needs]) => `[[package]]\nname = "${name}"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\ndependencies = [\n${needs.map((need) => ` "${need}",\n`).join('')}]\n`).join('\n')}`;

export const hello = 'fn main() {\n    println!("hello");\n}\n';

/** A project whose binary is `app` and that needs nothing. */
export const plain = { 'Cargo.toml': manifest('app'), 'Cargo.lock': lock({}), 'src/main.rs': hello };

export const outcome = (dockerfile: string, files?: Readonly<Record<string, string>>, options: Partial<Options> = {}): Promise<Outcome> =>
  transform(dockerfile, files === undefined ? unknownProject : memoryProject({ ...files }), options, packagedTemplates());

/** The proposal, or what was said instead of one. */
export async function text(dockerfile: string, files?: Readonly<Record<string, string>>, options: Partial<Options> = {}): Promise<string> {
  const found = await outcome(dockerfile, files, options);
  return found.kind === 'converted' ? found.text : found.findings.map((item) => `${item.code}: ${item.message}`).join('\n');
}

/** The last stage of a proposal. */
export const runtimeOf = (proposal: string): string => proposal.slice(proposal.lastIndexOf('\nFROM ') + 1);

/** The stages before the last one. */
export const builderOf = (proposal: string): string => proposal.slice(0, proposal.lastIndexOf('\nFROM ') + 1);

export const from = 'FROM rust:1.80\nWORKDIR /app\nCOPY . .\n';
export const build = `${from}RUN cargo build --release\n`;
export const start = 'CMD ["./target/release/app"]\n';
