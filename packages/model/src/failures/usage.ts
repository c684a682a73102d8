/** The command line cannot be understood. */
export type UsageFailure =
  | { readonly code: 'usage/invalid-option'; readonly option: string; readonly value: string; readonly expected: string };
