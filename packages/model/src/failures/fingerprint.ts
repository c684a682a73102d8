/** Trouble while computing a key: always an error, never a guess. */
export type FingerprintFailure =
  /** A command listed in `tools` did not succeed; `exitCode` is undefined when it could not be started. */
  | {
      readonly code: 'fingerprint/tool-failed';
      readonly task: string;
      readonly tool: string;
      readonly exitCode: number | undefined;
      readonly output: string;
    }
  /** An input is there but cannot be read; `path` is relative to the workspace root. */
  | { readonly code: 'fingerprint/unreadable-input'; readonly path: string; readonly detail: string }
  /** Files need git's filters (line endings, LFS and the like) and git could not apply them. */
  | { readonly code: 'fingerprint/git-failed'; readonly detail: string };

/** Every code of {@link FingerprintFailure}, for tests and the reference page. */
export const FINGERPRINT_FAILURE_CODES = [
  'fingerprint/git-failed',
  'fingerprint/tool-failed',
  'fingerprint/unreadable-input',
] as const satisfies readonly FingerprintFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<FingerprintFailure['code'], (typeof FINGERPRINT_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
