/** A task that did not end well, or a warning about one. */
export type TaskFailure =
  | { readonly code: 'task/exit-nonzero'; readonly task: string; readonly exitCode: number }
  | { readonly code: 'task/killed'; readonly task: string; readonly signal: string }
  | { readonly code: 'task/timeout'; readonly task: string; readonly timeoutMs: number }
  | { readonly code: 'task/spawn-failed'; readonly task: string; readonly detail: string }
  | { readonly code: 'task/empty-outputs'; readonly task: string; readonly globs: readonly string[] };
