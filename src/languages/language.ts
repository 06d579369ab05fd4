import type { Finding } from '../findings.ts';
import type { Plan } from '../plan/plan.ts';
import type { Start } from '../walk/start.ts';
import type { Walk } from '../walk/walk.ts';

/** What the user chose. Every field has a default, see `defaultOptions`. */
export interface Options {
  /** Runtime image: `auto` or the name of one. */
  readonly runtime: string;
  /** Skips detection. */
  readonly language: string | undefined;
  /** How Python's packages reach the runtime stage. */
  readonly pythonDeps: 'venv' | 'user';
  /** `auto` adds a non-root user where nothing speaks against it; `keep` never does. */
  readonly user: 'auto' | 'keep';
  /** Cache mounts in RUN; false for builders without BuildKit. */
  readonly cacheMounts: boolean;
  /** Proposes also where nothing is gained. */
  readonly force: boolean;
}

export const defaultOptions: Options = { runtime: 'auto', language: undefined, pythonDeps: 'venv', user: 'auto', cacheMounts: true, force: false };

/** Everything a language looks at. */
export interface Context {
  readonly walk: Walk;
  readonly start: Start;
  readonly health: Start | undefined;
  /** What compose files run in the image that this Dockerfile builds. */
  readonly composed: readonly Start[];
  readonly options: Options;
}

/** What speaks for a language in data: evidence is weighed by the detector, the same way for all. */
export interface Signs {
  /** Languages of base images, as the image catalogue names them. */
  readonly baseLanguages: readonly string[];
  /** Programs that only this language's builds call, by bare name. */
  readonly buildPrograms: readonly string[];
  /** Programs that start an application of this language. */
  readonly startPrograms: readonly string[];
  /** Manifests, as names or `*.ext`, at a folder that the Dockerfile copies. */
  readonly manifests: readonly string[];
}

/** One language: what speaks for it, and how its projects are split. */
export interface Language {
  readonly name: string;
  /** For people: `Node.js`. */
  readonly title: string;
  readonly signs: Signs;
  /**
   * The plan for a project of this language. Pure; reads the project through `context.walk.project` only.
   *
   * @throws Refusal when the project cannot be converted safely
   */
  plan(context: Context, findings: readonly Finding[]): Promise<Plan> | Plan;
}
