/** Trouble with the cache on disk; a warning, never the end of a task. */
export type StoreFailure =
  | { readonly code: 'store/no-space'; readonly path: string }
  | { readonly code: 'store/read-only'; readonly path: string }
  | { readonly code: 'store/unknown-version'; readonly path: string; readonly found: string }
  | { readonly code: 'store/io'; readonly path: string; readonly detail: string };
