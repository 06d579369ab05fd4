import { Eta } from 'eta';
import { commentsOf } from './plan/draft.ts';
import type { Block, Plan, StagePlan } from './plan/plan.ts';
import type { Dockerfile } from './dockerfile/model.ts';

/** Gives the text of a template by its name, `go/scratch`; undefined when there is none. */
export type Templates = (name: string) => string | undefined;

/** What a template receives. */
export interface TemplateData {
  /** Parser directives, the comments on top of the file, and the ARGs before the first FROM; ends with a line end when not empty. */
  readonly head: string;
  /** The stages before the last one: their FROM lines and bodies. */
  readonly builder: string;
  readonly builderName: string;
  /** Image of the last stage, with flags such as `--platform`. */
  readonly image: string;
  /** Body of the last stage. */
  readonly runtime: string;
  /** Values of the plan: booleans and names that single templates use. */
  readonly [value: string]: unknown;
}

/**
 * Writes the plan as Dockerfile text through its template, then through prettier. No `# syntax=` line is added: cache mounts and heredocs
 * are in the frontend that Docker brings since version 23, and the line would make every build ask a registry for another one.
 */
export async function render(plan: Plan, file: Dockerfile, templates: Templates): Promise<string> {
  const name = `${plan.language}/${plan.runtime}`;
  const template = templates(name);
  if (template === undefined) throw new Error(`no template ${name}`);
  const runtime = plan.stages.at(-1)!;
  const builders = plan.stages.slice(0, -1);
  const top = file.instructions[0] === file.stages[0]?.from ? commentsOf(file.stages[0]!.from) : [];
  const body = {
    builder: builders.map((stage, index) => stageText(stage, index === 0 ? fromComments(file) : [])).join('\n\n'),
    builderName: builders[0]?.name ?? '',
    image: runtime.from,
    runtime: blocksText(runtime.blocks),
  };
  const eta = new Eta({ autoEscape: false, autoTrim: false });
  const text = eta.renderString(template, { ...plan.values, ...body, head: headText(file, top) } satisfies TemplateData);
  return prettify(`${text.trimEnd()}\n${file.trailing}\n`);
}

/** Formats Dockerfile text through prettier with the project's own plugin. */
export async function prettify(text: string): Promise<string> {
  const [{ format }, { plugin }] = await Promise.all([import('prettier/standalone'), import('./dockerfile/prettier-plugin.ts')]);
  return format(text, { parser: 'dockerfile', plugins: [plugin] });
}

function headText(file: Dockerfile, top: readonly string[]): string {
  const directives = (file.instructions[0]?.leading ?? '').split('\n').filter((line) => /^#\s*(?:syntax|escape|check)\s*=/i.test(line.trim()));
  const globals = file.globalArgs.flatMap((argument, index) => [...(index > 0 && /^\s*\n/.test(argument.leading) ? [''] : []), ...commentsOf(argument), argument.text]);
  const lines = [...directives, ...(directives.length > 0 && top.length + globals.length > 0 ? [''] : []), ...(top.length > 0 && globals.length > 0 ? top : []), ...globals];
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

const fromComments = (file: Dockerfile): string[] => commentsOf(file.stages.at(-1)!.from);

function stageText(stage: StagePlan, comments: readonly string[]): string {
  const from = `FROM ${stage.from}${stage.name === undefined ? '' : ` AS ${stage.name}`}`;
  const body = blocksText(stage.blocks);
  return [...comments, from, ...(body === '' ? [] : [body])].join('\n');
}

function blocksText(blocks: readonly Block[]): string {
  return blocks.map((block) => [...(block.apart ? [''] : []), ...block.comments, block.text].join('\n')).join('\n');
}
