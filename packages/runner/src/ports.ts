import type {
  ActionKey,
  CacheEntry,
  CacheLookup,
  Failure,
  Restoration,
  Result,
  SaveOutcome,
  TaskFingerprint,
  TaskId,
  TaskNode,
} from '@tr/model';

/** Computes keys. Called for a task only after all of its dependencies have ended. */
export interface Fingerprinter {
  /** `dependencyKeys` has the key of every direct dependency. */
  compute(
    task: TaskNode,
    dependencyKeys: ReadonlyMap<TaskId, ActionKey>,
  ): Promise<Result<TaskFingerprint, Failure>>;
  /** Inputs whose content is no longer what `before` recorded, sorted; empty when all is as it was. */
  findChangedInputs(task: TaskNode, before: TaskFingerprint): Promise<readonly string[]>;
  /** Says that `task` has written to the work tree, so that listings taken earlier are no longer trusted. */
  forgetListings(task: TaskNode): void;
}

/** What the runner hands over to be stored. */
export interface Execution {
  readonly durationMs: number;
  /** Absolute native path of the complete raw log. */
  readonly logPath: string;
}

/** The cache as a run sees it. No method rejects for cache trouble: that is a miss or a not-saved reason. */
export interface TaskCache {
  lookup(task: TaskNode, fingerprint: TaskFingerprint): Promise<CacheLookup>;
  /** Leaves right outputs alone, else stages, verifies and puts in place. On a miss the outputs are as before. */
  restore(task: TaskNode, entry: CacheEntry): Promise<Restoration>;
  /** The stored log, verified; undefined when it cannot be had any more. */
  readLog(entry: CacheEntry): Promise<Uint8Array | undefined>;
  /** Called before a command starts: what is recorded about the outputs on disk no longer holds. */
  forgetOutputs(task: TaskNode): Promise<void>;
  save(task: TaskNode, fingerprint: TaskFingerprint, execution: Execution): Promise<SaveOutcome>;
}

/** A running process tree. */
export interface RunningProcess {
  readonly pid: number | undefined;
  /** Settles once, after the process has ended and its output is complete. */
  readonly ended: Promise<ProcessEnd>;
  /** Sends `signal` to the whole tree; `SIGKILL` after `graceMs` if anything is left. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>;
}

/** How a process ended. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'not-started'; readonly detail: string };

/** One shell command to start. */
export interface SpawnRequest {
  /** Shell text; arguments are already quoted into it. */
  readonly command: string;
  /** Absolute native path. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Shell program; undefined = the platform's. */
  readonly shell: string | undefined;
  /** True: connected to the terminal's stdin. */
  readonly interactive: boolean;
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
}

/** Starts processes. */
export interface Spawner {
  spawn(request: SpawnRequest): RunningProcess;
}

/** Time, passed in so that tests need no sleeps. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back after `ms`; the returned function cancels. */
  schedule(ms: number, callback: () => void): () => void;
}
