import type { SourcePosition } from '../position.js';

/** Trouble in a configuration file. */
export type ConfigFailure =
  | { readonly code: 'config/syntax'; readonly at: SourcePosition; readonly detail: string }
  | {
      readonly code: 'config/unknown-key';
      readonly at: SourcePosition;
      readonly key: string;
      readonly nearest: string | undefined;
    };
