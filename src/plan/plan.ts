import type { Instruction } from '../dockerfile/model.ts';
import type { Finding } from '../findings.ts';
import type { Requirement } from './requirements.ts';

export type Disposition = 'builder' | 'runtime' | 'both' | 'replaced' | 'dropped';

/** What became of one original instruction. */
export interface LedgerEntry {
  readonly instruction: Instruction;
  readonly disposition: Disposition;
  readonly reason: string;
  /** The parts of a RUN that went different ways. */
  readonly parts: readonly { readonly text: string; readonly disposition: Disposition; readonly reason: string }[];
}

/** Text of a stage: an instruction, with the comments above it. */
export interface Block {
  readonly text: string;
  /** Comments above, one a line, each with its `#`. */
  readonly comments: readonly string[];
  /** True when a blank line belongs above. */
  readonly apart: boolean;
  /** The original instruction that it carries; undefined for one that was added. */
  readonly origin: Instruction | undefined;
}

export interface StagePlan {
  readonly name: string | undefined;
  /** What stands after FROM: flags and image. */
  readonly from: string;
  readonly blocks: readonly Block[];
}

/** Everything that rendering needs; all decisions are made. */
export interface Plan {
  readonly language: string;
  /** The runtime's name, which is also the template's: `scratch`, `slim`, `nginx` … */
  readonly runtime: string;
  /** Why this runtime image, in one sentence. */
  readonly choice: string;
  readonly requirements: readonly Requirement[];
  /** Builder stages first, the runtime stage last. */
  readonly stages: readonly StagePlan[];
  /** Further values that the template reads. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly ledger: readonly LedgerEntry[];
  readonly findings: readonly Finding[];
  /** Fields of the image configuration that are meant to differ, with the reason. Everything else must be equal. */
  readonly announced: Readonly<Partial<Record<ConfigField, string>>>;
  /** Environment variables that are meant to differ from the original image's, each with the reason: those of the toolchain, and those that the plan adds. */
  readonly changedEnv?: Readonly<Record<string, string>>;
  /** Set when the proposal is right but not smaller, with the reason. */
  readonly noBenefit: string | undefined;
}

/** Fields of an image's configuration that the proofs compare. */
export type ConfigField = 'entrypoint' | 'cmd' | 'env' | 'workdir' | 'user' | 'expose' | 'volume' | 'label' | 'stopsignal' | 'healthcheck' | 'shell';
