import { Command, CommanderError, Option } from 'commander';
import pc from 'picocolors';
import manifest from '../package.json' with { type: 'json' };
import { findingCodes } from './findings.ts';
import { languages } from './languages/index.ts';
import { findingPage } from './project/pages.ts';
import { run, type RunOptions } from './run.ts';

/** Names that `--runtime` takes. Which of them a project can have depends on its language. */
const runtimes = ['auto', 'scratch', 'distroless', 'alpine', 'slim', 'same', 'nginx', 'aspnet', 'runtime', 'runtime-deps', 'chiseled'];

const program = new Command('dockerize-multi')
  .description('Turns a project\'s single-stage Dockerfile into a multi-stage one that works.')
  .version(manifest.version, '-V, --version')
  .argument('[path]', 'folder that is the build context, a Dockerfile, or - for a Dockerfile on standard input', '.')
  .option('-f, --file <path>', 'Dockerfile to read (default: Dockerfile in the folder)')
  .option('-o, --output <path>', 'file to write (default: the Dockerfile\'s name with .multi, beside it)')
  .addOption(new Option('--check', 'write nothing; exit 1 and print the diff when the output is missing or stale').conflicts(['stdout', 'dryRun', 'explain', 'json']))
  .addOption(new Option('--stdout', 'print the proposed file and nothing else on standard output; write nothing').conflicts(['dryRun', 'explain', 'json']))
  .addOption(new Option('--dry-run', 'print the diff; write nothing').conflicts(['explain', 'json']))
  .addOption(new Option('--explain', 'print what becomes of each instruction, and why; write nothing').conflicts(['json']))
  .option('--json', 'print everything as JSON; write nothing')
  .addOption(new Option('--runtime <name>', 'runtime image of the last stage').choices(runtimes).default('auto'))
  .addOption(new Option('--language <name>', 'skip detection').choices(languages.map((language) => language.name)))
  .addOption(new Option('--python-deps <how>', 'how Python packages reach the runtime stage').choices(['venv', 'user']).default('venv'))
  .addOption(new Option('--user <who>', 'auto adds a non-root user where nothing speaks against it; keep never does').choices(['auto', 'keep']).default('auto'))
  .option('--no-cache-mounts', 'no RUN --mount=type=cache, for builders without BuildKit')
  .option('--force', 'propose also where nothing is gained')
  .option('--explain-code [code]', 'print what a code means and what to do about it; without a code, the table of all')
  .option('--color', 'colours, also when standard output is no terminal')
  .option('--no-color', 'no colours')
  .addHelpText(
    'after',
    `
Exit codes:
  0  written, up to date, or nothing to do
  1  --check: the output is missing or stale
  2  wrong usage or bad input
  3  refused: it cannot be converted safely

Examples:
  $ dockerize-multi ./app              read ./app/Dockerfile, write ./app/Dockerfile.multi, print the diff
  $ dockerize-multi --check ./app      for CI
  $ dockerize-multi --explain ./app    why each line is where it is
  $ dockerize-multi --explain-code no-program
  $ cat Dockerfile | dockerize-multi - what the Dockerfile alone tells, on standard output`,
  )
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'dockerize-multi: ')) });

/** `--explain-code`: the page of a code, or the table of all. */
function explainOne(code: string | true): number {
  const page = code === true || (findingCodes as readonly string[]).includes(code) ? findingPage(code === true ? 'README' : code) : undefined;
  if (page !== undefined) process.stdout.write(page);
  else process.stderr.write(`dockerize-multi: there is no code ${JSON.stringify(code)}; --explain-code alone lists them\n`);
  return page === undefined ? 2 : 0;
}

async function main(): Promise<number> {
  try {
    program.parse();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const { explainCode, ...options } = program.opts<Omit<RunOptions, 'color'> & { color?: boolean; explainCode?: string | true }>();
  if (explainCode !== undefined) return explainOne(explainCode);
  const color = options.color ?? (process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb');
  return run(program.args[0] ?? '.', { ...options, color }, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    stdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    colors: pc.createColors(color),
  });
}

// A reader that closes early (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`dockerize-multi: internal error: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env['DEBUG']) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  process.exitCode = 2;
}
