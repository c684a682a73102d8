/** A task that did not end well, or a warning about one. */
export type TaskFailure =
  | {
      readonly code: 'task/exit-nonzero';
      readonly task: string;
      readonly exitCode: number;
      /** Variables its commands or the end of its log name, which are set but were not handed to it; sorted. */
      readonly withheld?: readonly string[];
    }
  /** Something else than us ended the process with a signal (out of memory, `kill`). */
  | { readonly code: 'task/killed'; readonly task: string; readonly signal: string }
  | { readonly code: 'task/timeout'; readonly task: string; readonly timeoutMs: number }
  /** The process could not be started at all. */
  | { readonly code: 'task/spawn-failed'; readonly task: string; readonly detail: string }
  /** Warning: output globs that matched nothing after a success. */
  | { readonly code: 'task/empty-outputs'; readonly task: string; readonly globs: readonly string[] }
  /** Warning: input globs that match nothing in any package that has the task. `task` is a task name. */
  | { readonly code: 'task/empty-inputs'; readonly task: string; readonly globs: readonly string[] }
  /** Warning: no file of the package (at `directory`, from the root) counts, although all should that git does not ignore. */
  | { readonly code: 'task/no-inputs'; readonly task: string; readonly directory: string }
  /** Warning: the command ended and left processes behind; they were stopped. */
  | { readonly code: 'task/left-processes'; readonly task: string }
  /** Warning: the raw log could not be written; the task goes on and is not stored. */
  | { readonly code: 'task/log-unwritable'; readonly task: string; readonly path: string; readonly detail: string }
  /** Persistent tasks would hold every slot, so that nothing else could ever run. */
  | { readonly code: 'task/too-many-persistent'; readonly count: number; readonly concurrency: number };

/** Every code of {@link TaskFailure}, for tests and the reference page. */
export const TASK_FAILURE_CODES = [
  'task/empty-inputs',
  'task/empty-outputs',
  'task/exit-nonzero',
  'task/killed',
  'task/left-processes',
  'task/log-unwritable',
  'task/no-inputs',
  'task/spawn-failed',
  'task/timeout',
  'task/too-many-persistent',
] as const satisfies readonly TaskFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<TaskFailure['code'], (typeof TASK_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
