import type { CacheTier, NotSavedReason } from './cache.js';
import type { Failure } from './failures/failure.js';
import type { ActionKey, PackageName, TaskId } from './ids.js';
import type { MissReason } from './miss-reason.js';
import type { OutputLogs } from './task-definition.js';

/** How a task ended. `fresh`: outputs were already right; `skipped`: nothing to do or `when` said no. */
export type Outcome = 'fresh' | 'restored' | 'executed' | 'skipped' | 'failed' | 'aborted';

/** Why a task was skipped. */
export type SkipReason =
  /** The package has neither a script nor a command of this name. */
  | 'no-command'
  | 'when'
  /** A dependency failed, and the failure mode keeps its dependents from running. */
  | 'dependency-failed';

/** The first condition of a `when` rule that does not hold. */
export type UnmetCondition =
  | { readonly kind: 'env'; readonly name: string }
  /** `branch` is undefined where none is checked out. */
  | { readonly kind: 'branch'; readonly branch: string | undefined; readonly globs: readonly string[] };

/** The end of one task. */
export interface TaskResult {
  readonly task: TaskId;
  readonly outcome: Outcome;
  readonly skipReason?: SkipReason;
  /** Set with the skip reason `when`. */
  readonly unmet?: UnmetCondition;
  readonly key?: ActionKey;
  /** Set when a process ended by itself. */
  readonly exitCode?: number;
  /** Wall time in this run, milliseconds. */
  readonly durationMs: number;
  /** Time the stored execution took, for `fresh` and `restored`. */
  readonly timeSavedMs?: number;
  readonly missReasons?: readonly MissReason[];
  /** Absolute native path of the raw log; absent when the task never had one. */
  readonly logPath?: string;
  readonly failure?: Failure;
  /** Last whole lines of the raw log of a failed task, at most 16 KiB; for display, never written to a record. */
  readonly logTail?: Uint8Array;
  /** Set on an executed task that was not stored because this dependency's outputs cannot be trusted. */
  readonly unsoundDependency?: TaskId;
  /** Number of executions: 0 when nothing was executed, 1 without retries. */
  readonly attempts: number;
  /** Passed only after a retry. */
  readonly flaky: boolean;
}

/** The end of a run. */
export interface RunResult {
  readonly exitCode: number;
  /** In the order they finished. */
  readonly tasks: readonly TaskResult[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Set when a signal ended the run. */
  readonly signal?: string;
}

/** Everything a run tells the outside. Every reporter is a fold over this union. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly at: number;
      readonly packages: readonly PackageName[];
      /** In topological order; `log` is how much of its output the user asked for. */
      readonly tasks: readonly {
        readonly id: TaskId;
        readonly hasCommand: boolean;
        readonly log: OutputLogs;
        readonly persistent: boolean;
        /** Talks with the user, in lines that may not be finished. Absent means false. */
        readonly interactive?: boolean;
      }[];
      readonly concurrency: number;
    }
  /** `holder`: it has waited for a while for another run in this work tree, of this process id, that executes it. */
  | { readonly type: 'task-queued'; readonly task: TaskId; readonly holder?: number }
  /** A task with `snapshot` starts from a stored state; its command has to apply the steps that are not in it. */
  | {
      readonly type: 'snapshot-ancestor';
      readonly task: TaskId;
      readonly service: string;
      readonly key: ActionKey;
      readonly tier: CacheTier;
      /** Number of steps that are in the state. */
      readonly kept: number;
      /** Steps that are not, sorted. */
      readonly applied: readonly string[];
    }
  | {
      readonly type: 'task-started';
      readonly task: TaskId;
      readonly attempt: number;
      readonly commands: readonly string[];
    }
  /** Whole lines (the last one of a task may lack its newline). `replay`: from the cache. */
  | {
      readonly type: 'task-output';
      readonly task: TaskId;
      readonly stream: 'stdout' | 'stderr';
      readonly bytes: Uint8Array;
      readonly replay: boolean;
    }
  | {
      readonly type: 'cache-hit';
      readonly task: TaskId;
      readonly key: ActionKey;
      readonly tier: CacheTier;
      readonly outcome: 'fresh' | 'restored';
      readonly timeSavedMs: number;
    }
  | {
      readonly type: 'cache-miss';
      readonly task: TaskId;
      readonly key: ActionKey;
      readonly reasons: readonly MissReason[];
    }
  | {
      readonly type: 'cache-saved';
      readonly task: TaskId;
      readonly key: ActionKey;
      readonly files: number;
      readonly bytes: number;
    }
  /** With `unsoundDependency` the reason is `not-cacheable`: see {@link TaskResult.unsoundDependency}. */
  | {
      readonly type: 'cache-not-saved';
      readonly task: TaskId;
      readonly reason: NotSavedReason;
      readonly unsoundDependency?: TaskId;
    }
  /** Trouble that changes no result. */
  | { readonly type: 'warning'; readonly task?: TaskId; readonly failure: Failure }
  | { readonly type: 'task-finished'; readonly task: TaskId; readonly result: TaskResult }
  /** A signal came: nothing new starts, and what runs is asked to end. At most once. */
  | { readonly type: 'run-stopping'; readonly signal: string }
  | { readonly type: 'run-finished'; readonly result: RunResult };

/** Receives events; must not throw. */
export type EventSink = (event: RunEvent) => void;
