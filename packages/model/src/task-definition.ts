import type { SnapshotSpec } from './service.js';

/** What counts as input of a task. Paths and globs are relative to the package directory (`../../x` reaches out). */
export interface InputSpec {
  /** True for no `inputs`, an empty list, or `$TURBO_DEFAULT$`: everything git tracks or would track. */
  readonly includeDefault: boolean;
  /** Globs besides the default set. Without the default set, package.json and the configuration file are always added. */
  readonly include: readonly string[];
  /** Globs of the `!` entries, without the `!`. They win over every inclusion, in any order. */
  readonly exclude: readonly string[];
  /** Structured entries, whose files are known only once the dependencies have ended; absent when there are none. */
  readonly deferred?: readonly DeferredInput[];
}

/** A structured entry of `inputs`. Its `!` globs count for this entry only. */
export interface DeferredInput {
  /**
   * `jit`: files on disk when the task starts. `dependencyOutputs`: the part of the dependencies' outputs that matches,
   * in place of their keys; the globs are seen from their packages.
   */
  readonly mode: 'jit' | 'dependencyOutputs';
  readonly includeDefault: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Dependencies as written in `dependsOn`; undefined or empty = every direct one. */
  readonly from: readonly string[] | undefined;
}

/** Which files a task writes: globs relative to the package directory, sorted, `!` entries apart. */
export interface OutputSpec {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** How much of a task's log is shown; the raw log is on disk in any case. */
export type OutputLogs = 'full' | 'hash-only' | 'new-only' | 'errors-only' | 'none';

/** Conditions under which a task runs at all; all that are given must hold. */
export interface WhenRule {
  /** Globs over the branch name; undefined = any branch. */
  readonly branches: readonly string[] | undefined;
  /** Variables that must be set and not empty; undefined = none. */
  readonly env: readonly string[] | undefined;
}

/**
 * A task of one package after configuration: every default is filled in, `$TURBO_EXTENDS$` is expanded and
 * `$TURBO_ROOT$` is replaced by the way up from the package directory.
 */
export interface TaskDefinition {
  /** False: never looked up, never stored. */
  readonly cache: boolean;
  /** Command to run when the package has no script of this name. */
  readonly command: string | undefined;
  /** As written, sorted: `t`, `^t`, `pkg#t`, `//#t`. */
  readonly dependsOn: readonly string[];
  /** Sibling tasks started together with this one, as written, sorted. */
  readonly with: readonly string[];
  readonly inputs: InputSpec;
  readonly outputs: OutputSpec;
  /** Variable patterns in the fingerprint: `NAME`, `A_*`, `!NAME`; sorted. */
  readonly env: readonly string[];
  /** Variable patterns a script may see without being in the fingerprint; undefined = not set. */
  readonly passThroughEnv: readonly string[] | undefined;
  readonly outputLogs: OutputLogs;
  /** Labels that a filter may name. They decide nothing else. */
  readonly tags: readonly string[];
  readonly persistent: boolean;
  readonly interactive: boolean;
  readonly interruptible: boolean;
  /** Commands whose output is part of the fingerprint. */
  readonly tools: readonly string[];
  /** Files of variables to load, relative to the package directory (`../../x` reaches out); later ones win. Also inputs. */
  readonly envFiles: readonly string[];
  readonly restore: 'copy' | 'link';
  readonly when: WhenRule | undefined;
  /** Milliseconds; undefined = no limit. */
  readonly timeoutMs: number | undefined;
  /** How many times a failed execution is tried again. */
  readonly retries: number;
  /** Names of the services it needs, that of `snapshot` included; sorted. */
  readonly services: readonly string[];
  /** Parallel workers that get a database or server each; undefined = none of their own. */
  readonly workers: number | undefined;
  /** The state of a service is an output; undefined = no. */
  readonly snapshot: SnapshotSpec | undefined;
}

/** A task about which the configuration says nothing: every default there is. */
export const DEFAULT_TASK_DEFINITION: TaskDefinition = {
  cache: true,
  command: undefined,
  dependsOn: [],
  with: [],
  inputs: { includeDefault: true, include: [], exclude: [] },
  outputs: { include: [], exclude: [] },
  env: [],
  passThroughEnv: undefined,
  outputLogs: 'full',
  tags: [],
  persistent: false,
  interactive: false,
  interruptible: false,
  tools: [],
  envFiles: [],
  restore: 'copy',
  when: undefined,
  timeoutMs: undefined,
  retries: 0,
  services: [],
  workers: undefined,
  snapshot: undefined,
};
