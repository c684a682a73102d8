import type {
  ActionKey,
  CacheEntry,
  CacheLookup,
  Failure,
  NotSavedReason,
  Restoration,
  Result,
  SaveOutcome,
  TaskFingerprint,
  TaskId,
  TaskNode,
  UnmetCondition,
  WhenRule,
} from '@tr/model';

/** Computes keys. Called for a task only after all of its dependencies have ended. */
export interface Fingerprinter {
  /** `dependencyKeys` has the key of every direct dependency. */
  compute(task: TaskNode, dependencyKeys: ReadonlyMap<TaskId, ActionKey>): Promise<Result<TaskFingerprint, Failure>>;
  /** Inputs whose content is no longer what `before` recorded, sorted; empty when all is as it was. */
  findChangedInputs(task: TaskNode, before: TaskFingerprint): Promise<readonly string[]>;
  /** Says that `task` has written to the work tree, so that listings taken earlier are no longer trusted. */
  forgetListings(task: TaskNode): void;
  /** Says that outputs of `task` were put in place, and nothing else was written. */
  forgetOutputs(task: TaskNode): void;
}

/** What the runner hands over to be stored. */
export interface Execution {
  readonly durationMs: number;
  /** Absolute native path of the complete raw log. */
  readonly logPath: string;
}

/** What a cache has to know of the run to put outputs in place. */
export interface RestoreTerms {
  /**
   * Resolves when no other process executes the task, with false when the run ends before; asked only where one may be at it.
   */
  readonly whenIdle: () => Promise<boolean>;
  /** A time by `now`: nothing that the key stands for was looked at before it. Asked only when something is put in place. */
  readonly since: () => number | undefined;
}

/** The cache as a run sees it. No method rejects for cache trouble: that is a miss or a not-saved reason. */
export interface TaskCache {
  lookup(task: TaskNode, fingerprint: TaskFingerprint): Promise<CacheLookup>;
  /** Says that a task will most likely be looked up with this key: a hint. Resolves when there is room for the next one. */
  foresee?(key: ActionKey): Promise<void>;
  /** Now, by the clock of the files that a run reads and writes; undefined when it cannot be told. */
  now?(): number | undefined;
  /** Leaves right outputs alone, else stages, verifies and puts in place. On a miss the outputs are as before. */
  restore(task: TaskNode, entry: CacheEntry, terms: RestoreTerms): Promise<Restoration>;
  /** The stored log, verified; undefined when it cannot be had any more. */
  readLog(entry: CacheEntry): Promise<Uint8Array | undefined>;
  /**
   * The stored log in pieces that the sink may keep, for a long one. It may only be trusted when this resolves with true: false is
   * a log that cannot be had any more, or turned out to be another.
   */
  streamLog(entry: CacheEntry, sink: (bytes: Uint8Array) => void): Promise<boolean>;
  /** Called before a command starts: what is recorded about the outputs on disk no longer holds. */
  forgetOutputs(task: TaskNode): Promise<void>;
  /**
   * Called after a command has ended, stored or not: what there is now is what it left. `changed`: inputs that have changed since its
   * key was computed, as far as that was asked.
   */
  settleOutputs?(task: TaskNode, changed: readonly string[]): Promise<void>;
  save(task: TaskNode, fingerprint: TaskFingerprint, execution: Execution): Promise<SaveOutcome>;
}

/** The services of one task that executes, ready, and nobody else's. */
export interface ServiceSession {
  /** For each of its commands, over everything else. */
  readonly environment: Readonly<Record<string, string>>;
  /** Commands to run before those of the task, once. */
  readonly before: readonly string[];
  /** Brings everything back to the start, before another attempt; a failure when that is not possible. */
  renew(): Promise<Failure | undefined>;
  /** After a success: makes the state an output where the task says it is; else why it is not to be stored. */
  capture(): Promise<NotSavedReason | undefined>;
  /** Never rejects. */
  release(): Promise<void>;
}

/** What came of asking for services. `remake`: the state that this dependency left is of no use. */
export type SessionOpening =
  | { readonly kind: 'open'; readonly session: ServiceSession }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'remake'; readonly task: TaskId; readonly failure: Failure };

/** Gets services ready for tasks that execute. */
export interface TaskServices {
  /** Called only for a task that names services. `signal` fires when the run ends early. */
  open(task: TaskNode, fingerprint: TaskFingerprint, signal: AbortSignal): Promise<SessionOpening>;
  /** Called when a task was taken from the cache: others may start from the state among its outputs. */
  noteRestored(task: TaskNode, entry: CacheEntry): void;
}

/** The right to execute a task in this work tree. */
export interface ExecutionLock {
  release(): void;
}

/** Keeps two processes from executing one task in one work tree at once. */
export interface ExecutionLocks {
  /**
   * Undefined while somebody executes what may write the same outputs: to be asked again. `paused`: tasks of this run that
   * have the right and do not use it until `task` has ended.
   */
  tryAcquire(task: TaskNode, paused?: ReadonlySet<TaskId>): ExecutionLock | undefined;
  /** The id of another process that executes the task; undefined when there is none. */
  findHolder(task: TaskNode): number | undefined;
}

/** A running process tree. */
export interface RunningProcess {
  readonly pid: number | undefined;
  /** Settles once, after the process has ended, its output is complete and nothing of its tree is left. */
  readonly ended: Promise<ProcessEnd>;
  /**
   * Sends `signal` to the whole tree; `SIGKILL` after `graceMs` if anything is left. May be called again: a later
   * call with `SIGKILL` or a shorter grace wins. Never rejects.
   */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>;
}

/** How a process ended. `leftBehind`: the command ended, processes it had started did not; they were stopped. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly leftBehind: boolean }
  | { readonly kind: 'signalled'; readonly signal: string; readonly leftBehind: boolean }
  | { readonly kind: 'not-started'; readonly detail: string };

/**
 * What a process reads from: `none` = end of file at once; `open` = nothing, and never the end (servers that stop at
 * the end of their input); `terminal` = the terminal of `tr`.
 */
export type StandardInput = 'none' | 'open' | 'terminal';

/** One shell command to start. */
export interface SpawnRequest {
  /** Shell text; arguments are already quoted into it. */
  readonly command: string;
  /** Absolute native path. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Shell program; undefined = the platform's. */
  readonly shell: string | undefined;
  readonly stdin: StandardInput;
  /**
   * Bytes in the order they were written; the chunk is not reused. Where the platform allows both
   * streams share one pipe, so that their order is exact, and all is reported as `stdout`.
   */
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
}

/** Starts processes. */
export interface Spawner {
  spawn(request: SpawnRequest): RunningProcess;
}

/** One command of a task with its environment. */
export interface LaunchStep {
  /** Shell text, pass-through arguments included. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How a task is started: its commands run one after the other until one fails. */
export interface LaunchPlan {
  /** Absolute native path. */
  readonly cwd: string;
  readonly shell: string | undefined;
  /** At least one. */
  readonly steps: readonly LaunchStep[];
  /** Names of variables that `tr` itself was started with and the commands do not see; asked after a failure. */
  readonly findWithheld: () => readonly string[];
}

/** Turns a task into commands. Called only for a task that has a command, and only when it executes. */
export interface Launcher {
  plan(task: TaskNode, fingerprint: TaskFingerprint): LaunchPlan;
}

/** Answers `when` rules. */
export interface Conditions {
  /** The first condition of the rule that does not hold; undefined when all do. */
  findUnmet(rule: WhenRule): UnmetCondition | undefined;
}

/** A request to end the run early. */
export interface ShutdownRequest {
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP';
  /** True from the second signal on: nothing is waited for. */
  readonly force: boolean;
}

/** Where requests to end the run come from. */
export interface Shutdown {
  /** The latest request; undefined = none yet. */
  readonly requested: ShutdownRequest | undefined;
  /** Calls back for every later request; the returned function ends that. */
  onRequest(listener: (request: ShutdownRequest) => void): () => void;
}

/** Time, passed in so that tests need no sleeps. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back after `ms`, 0 as soon as nothing is left to do at once, if the process lives that long; the returned function cancels. */
  schedule(ms: number, callback: () => void): () => void;
  /** Resolves after `ms`, for which the process is kept alive. */
  sleep(ms: number): Promise<void>;
}
