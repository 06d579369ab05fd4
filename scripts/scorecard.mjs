// Runs the built package over Dockerfiles without their projects and prints a Markdown table of the outcomes by language and code.
//
//   node scripts/scorecard.mjs <folder, or file with one path a line> [--outputs <folder>] [--seconds <number>] [--package <dist/index.js>]
//
// --outputs writes each proposal as <number>.Dockerfile, and index.txt with the file that each comes from. Exit code 1 when a file crashes or takes too long.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { outputs: { type: 'string' }, seconds: { type: 'string', default: '5' }, package: { type: 'string', default: 'dist/index.js' } },
});
if (positionals.length !== 1) throw new Error('usage: node scripts/scorecard.mjs <folder or list> [--outputs <folder>] [--seconds <number>]');
const { packagedTemplates, transform, unknownProject } = await import(resolve(values.package));

const source = positionals[0];
const files = statSync(source).isDirectory()
  ? readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()
  : readFileSync(source, 'utf8').split('\n').filter(Boolean);
if (values.outputs) mkdirSync(values.outputs, { recursive: true });

const titles = new Map([['go', 'Go'], ['python', 'Python'], ['node', 'Node.js'], ['dotnet', '.NET'], ['rust', 'Rust'], ['none', 'None of them']]);
const counts = new Map(); // language -> outcome -> files
const failures = [];
const written = [];
let slowest = 0;
const began = Date.now();

for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const start = Date.now();
  let language = 'none';
  let outcome;
  try {
    const result = await transform(text, unknownProject, {}, packagedTemplates());
    language = result.detection?.language.name ?? 'none';
    outcome = result.kind === 'converted' ? `converted to ${result.plan.runtime}` : `${result.kind}: ${result.findings[0].code}`;
    if (result.kind === 'converted') {
      if (values.outputs) writeFileSync(join(values.outputs, `${written.length}.Dockerfile`), result.text);
      written.push(file);
    }
  } catch (error) {
    outcome = 'crash';
    failures.push(`${file}: ${error.stack}`);
  }
  const took = Date.now() - start;
  slowest = Math.max(slowest, took);
  if (took > Number(values.seconds) * 1000) failures.push(`${file}: ${took} ms`);
  if (!counts.has(language)) counts.set(language, new Map());
  const own = counts.get(language);
  own.set(outcome, (own.get(outcome) ?? 0) + 1);
}

const took = (Date.now() - began) / 1000;
if (values.outputs) writeFileSync(join(values.outputs, 'index.txt'), written.map((file, index) => `${index}.Dockerfile ${file}\n`).join(''));
const percent = (part, whole) => `${((part / whole) * 100).toFixed(1)}%`;
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
// Conversions first, then what there is nothing to do for, then refusals; the most frequent first within each.
const rank = (outcome) => ['converted', 'nothing', 'refused', 'error', 'crash'].findIndex((kind) => outcome.startsWith(kind));

console.log('| language | outcome | files | share |\n|---|---|---:|---:|');
for (const [language, own] of [...counts].sort((a, b) => (a[0] === 'none') - (b[0] === 'none') || sum([...b[1].values()]) - sum([...a[1].values()]) || (a[0] < b[0] ? -1 : 1))) {
  const all = sum([...own.values()]);
  const converted = sum([...own].filter(([outcome]) => rank(outcome) === 0).map(([, number]) => number));
  console.log(`| **${titles.get(language) ?? language}** | all, ${percent(converted, all)} converted | ${all} | |`);
  for (const [outcome, number] of [...own].sort((a, b) => rank(a[0]) - rank(b[0]) || b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) console.log(`| | ${outcome} | ${number} | ${percent(number, all)} |`);
}
console.log(`\n${files.length} files, ${written.length} converted, ${failures.length} crashes or files over ${values.seconds} s; the slowest took ${slowest} ms; ${Math.round(files.length / took)} files a second.`);
for (const failure of failures) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
