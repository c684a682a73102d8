/** Trouble in the task graph or in a filter. */
export type GraphFailure =
  | { readonly code: 'graph/cycle'; readonly tasks: readonly string[] }
  | { readonly code: 'graph/unknown-task'; readonly task: string; readonly nearest: string | undefined };
