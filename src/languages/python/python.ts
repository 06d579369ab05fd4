import { finding, type Finding } from '../../findings.ts';
import { Draft } from '../../plan/draft.ts';
import type { ConfigField, Plan } from '../../plan/plan.ts';
import type { Context, Language } from '../language.ts';
import { analyze, type Analysis } from './analysis.ts';
import { fillBuilder } from './builder.ts';
import { fillRuntime } from './runtime.ts';
import { addedUser, decideUser, userBaseOf } from './user.ts';

export const python: Language = {
  name: 'python',
  title: 'Python',
  signs: {
    baseLanguages: ['python'],
    buildPrograms: ['pip', 'pip2', 'pip3', 'poetry', 'pipenv', 'uv', 'pdm', 'conda', 'mamba', 'micromamba', 'virtualenv', 'easy_install'],
    startPrograms: ['python', 'python2', 'python3*', 'gunicorn', 'uvicorn', 'hypercorn', 'daphne', 'uwsgi', 'flask', 'django-admin', 'celery', 'streamlit', 'jupyter', 'jupyter-lab', 'jupyter-notebook', 'fastapi', 'waitress-serve', 'scrapy', 'poetry', 'pipenv', 'uv'],
    manifests: ['requirements.txt', 'pyproject.toml', 'setup.py', 'Pipfile', 'manage.py', 'environment.yml'],
  },
  plan: planPython,
};

/** The plan for a Python project: the builder installs, the runtime stage is the original without what only the installation needed. */
async function planPython(context: Context): Promise<Plan> {
  const analysis = await analyze(context);
  const { walk } = context;
  const findings: Finding[] = [];
  const announced: Partial<Record<ConfigField, string>> = {};
  const draft = new Draft(walk);
  const { user, finding: userFinding } = decideUser(analysis);
  const userBase = userBaseOf(analysis, user);
  const built = fillBuilder(draft, analysis, userBase);
  const runtime = draft.runtime(analysis.image.from);
  if (userFinding) findings.push(userFinding);
  if (user !== undefined) announced.user = `nothing was found that the program writes, so it runs as ${addedUser}`;
  fillRuntime(draft, runtime, analysis, built, user, userBase);
  for (const instruction of analysis.start.rewritten.keys()) {
    announced[instruction.keyword.toLowerCase() as ConfigField] = `${analysis.start.manager} run only switches the environment on`;
  }
  if (!analysis.image.differs && analysis.base.facts?.kind !== 'slim' && analysis.base.facts?.kind !== 'alpine') findings.push(finding('same-base', { image: walk.base.written, reason: analysis.image.reason }, { line: walk.stage.from.line }));
  for (const step of draft.open()) draft.drop(step, 'only the installation needed it');
  const nothingCarried = !runtime.blocks.some((block) => /--from=/.test(block.text) && block.origin === undefined);
  return {
    language: 'python',
    runtime: analysis.image.name,
    choice: analysis.image.choice,
    requirements: analysis.needs,
    stages: [draft.builder.plan(), runtime.plan()],
    values: {},
    ledger: draft.ledger(),
    findings,
    announced,
    changedEnv: { PATH: 'the packages\' programs come first', VIRTUAL_ENV: 'where the virtual environment is', PYTHONUSERBASE: 'where the packages are' },
    noBenefit: nothingCarried ? `nothing is installed that a second stage could leave behind${analysis.image.differs ? `; FROM ${analysis.image.from} alone is smaller` : ''}` : noBenefit(analysis),
  };
}

/** Why the proposal would not be smaller; undefined when it is. */
function noBenefit(analysis: Analysis): string | undefined {
  if (analysis.image.differs) return undefined;
  if (analysis.system.dropped.some((item) => item.held)) return undefined;
  if (analysis.roles.some((step) => step.parts.some((part) => part.role === 'native'))) return undefined;
  if (!analysis.toolsInVenv && (analysis.carry?.kind === 'venv' || analysis.carry?.kind === 'own-venv') && installersLeave(analysis)) return undefined;
  const { walk } = analysis.context;
  const pinned = walk.base.reference?.digest === undefined ? '' : ' (the slim image that belongs to its digest is not known)';
  return `${walk.base.written} stays the base image${pinned}, and it holds no packages that only the build needs${cacheLeft(analysis)}`;
}

/** pip's downloads stay in the image unless somebody says otherwise: a word in the Dockerfile does what a second stage would. */
function cacheLeft({ uses, context: { walk } }: Analysis): string {
  const item = uses.find(({ use, step }) => use.kind === 'install' && use.install.tool === 'pip' && !use.install.noCache && !step.scope.env.has('PIP_NO_CACHE_DIR'));
  const cleared = walk.steps.some((step) => /\.cache\b|pip3? cache purge|mount=type=cache/.test(step.instruction.text));
  return item === undefined || cleared ? '' : `; pip's downloads in it leave with --no-cache-dir in line ${item.step.instruction.line}`;
}

/** Installers such as poetry and uv, with all that they bring, stay in the builder. */
const installersLeave = (analysis: Analysis): boolean =>
  analysis.uses.some((item) => item.use.kind === 'tool') || analysis.context.walk.steps.some((step) => step.copy?.from !== undefined && /(?:^|\/)uv(?:$|[:@])/.test(step.copy.from));
