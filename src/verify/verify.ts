import { parse } from '../dockerfile/parse.ts';
import type { Plan } from '../plan/plan.ts';
import { walkStages, type Walk } from '../walk/walk.ts';
import { compareConfiguration, type ConfigChange } from './configuration.ts';
import { takenPathsExist, missingInContext } from './copied.ts';
import { nothingLost } from './ledger.ts';
import { leftovers } from './leftovers.ts';
import { sameSurroundings } from './surroundings.ts';
import { programsExist } from './programs.ts';
import { references } from './references.ts';

/** A proposal as the proofs see it. */
export interface Proposal {
  /** The original's walk, with the project. */
  readonly original: Walk;
  /** The proposal's stages, read again from its text as a builder would. */
  readonly stages: readonly Walk[];
  readonly plan: Plan;
}

export interface Verdict {
  /** The failed proofs in words; empty when all hold. */
  readonly failures: readonly string[];
  /** Fields of the image configuration that differ as the plan announced, for the user to see. */
  readonly changes: readonly ConfigChange[];
}

/**
 * Proves what a proposal must satisfy, on its text as a builder would read it: it parses into several stages; every `--from` names a stage above it,
 * and what it takes was made or copied there; every instruction of the original has its disposition and is where the ledger says; each runs with the
 * same variables, folder, user and shell as before; the image's configuration is the same or the plan says why not; what starts is there; no build
 * tool and no credential is in the last stage.
 */
export function verify(original: Walk, proposed: string, plan: Plan): Verdict {
  const file = parse(proposed);
  const fail = (failures: readonly string[]): Verdict => ({ failures, changes: [] });
  if (file.problems.length > 0) return fail(file.problems.map((problem) => `line ${problem.line} of the proposal: ${problem.message}`));
  // A second run over the output says "already multi-stage" for this very reason.
  if (file.stages.length < 2) return fail(['the proposal has one stage only']);
  const dangling = references(file);
  if (dangling.length > 0) return fail(dangling);
  const proposal: Proposal = { original, stages: walkStages(file, original.project), plan };
  const { failures, changes } = compareConfiguration(proposal);
  return {
    failures: [...takenPathsExist(proposal), ...missingInContext(proposal), ...nothingLost(proposal), ...sameSurroundings(proposal), ...failures, ...programsExist(proposal), ...leftovers(proposal)],
    changes,
  };
}
