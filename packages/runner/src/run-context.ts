import type { EventSink, Failure, TaskFingerprint, TaskGraph, TaskId } from '@tr/model';
import type { TaskExecution } from './execution.js';
import type { Foresight } from './foresight.js';
import type { TaskEdges } from './frontier.js';
import type { KnownKeys } from './known-keys.js';
import type {
  Clock,
  Conditions,
  ExecutionLocks,
  Fingerprinter,
  Launcher,
  Shutdown,
  Spawner,
  TaskCache,
  TaskServices,
} from './ports.js';
import type { QuietTime } from './quiet-time.js';
import type { Slots } from './slots.js';

/**
 * What one failing task does to the others. `never`: everything else is stopped. `dependencies-successful`: what does
 * not depend on it goes on. `always`: its dependents run too (and are not stored).
 */
export type ContinueMode = 'never' | 'dependencies-successful' | 'always';

/** What a run is made of. */
export interface RunTasksOptions {
  readonly graph: TaskGraph;
  /** Larger = sooner, among tasks that may start; a task that is not listed has 0. */
  readonly priorities: ReadonlyMap<TaskId, number>;
  /** Number of slots: how many tasks execute at once, persistent ones included. Infinity = no limit. */
  readonly concurrency: number;
  readonly continueMode: ContinueMode;
  /** Execution order ignores dependencies but those of `stateEdges`; keys do not. */
  readonly parallel: boolean;
  /**
   * Task -> tasks whose state it cannot do without: they are waited for in any case. Whatever depends on a task is listed
   * with at least what that one waits for. Absent = there are none.
   */
  readonly stateEdges?: TaskEdges | undefined;
  /** Nothing is taken from the cache. */
  readonly force: boolean;
  readonly fingerprinter: Fingerprinter;
  readonly cache: TaskCache;
  readonly locks: ExecutionLocks;
  readonly spawner: Spawner;
  readonly launcher: Launcher;
  readonly conditions: Conditions;
  /** Undefined = no task of the graph names a service. */
  readonly services?: TaskServices | undefined;
  readonly shutdown: Shutdown;
  readonly clock: Clock;
  readonly emit: EventSink;
  /** Absolute native path; made when the first log is written. */
  readonly logDirectory: string;
}

/** What the parts of one run share. */
export interface RunContext extends RunTasksOptions {
  readonly keys: KnownKeys;
  readonly slots: Slots;
  /** Absolute native path of a task's log. */
  readonly logPathOf: (task: TaskId) => string;
  /** Position in the order in which tasks get slots; lower = sooner. */
  readonly rankOf: (task: TaskId) => number;
  /** True once the run is being ended early: nothing new may start. */
  readonly isEnding: () => boolean;
  /** Fires when the run is being ended early. */
  readonly endSignal: () => AbortSignal;
  /** Of tasks whose state others may need. */
  readonly fingerprints: Map<TaskId, TaskFingerprint>;
  /** Tasks that are executed again because the state they had left is of no use. */
  readonly remakes: Map<TaskId, Promise<Failure | undefined>>;
  /** Tasks that wait for one of `remakes`: their commands have not started. */
  readonly awaitsRemake: Set<TaskId>;
  readonly foresight: Foresight;
  readonly quiet: QuietTime;
  /** Called when a task was found on another machine's side of the cache: most likely others will be as well. */
  readonly foresee: () => void;
  readonly onExecutionStart: (execution: TaskExecution) => void;
  readonly onExecutionEnd: (execution: TaskExecution) => void;
}
