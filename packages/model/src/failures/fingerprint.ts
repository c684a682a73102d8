/** Trouble while computing a key: always an error, never a guess. */
export type FingerprintFailure =
  | {
      readonly code: 'fingerprint/tool-failed';
      readonly tool: string;
      readonly exitCode: number | undefined;
      readonly output: string;
    }
  | { readonly code: 'fingerprint/unreadable-input'; readonly path: string; readonly detail: string };
