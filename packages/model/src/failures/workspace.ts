import type { SourcePosition } from '../position.js';

/** Trouble with packages, package managers or git. */
export type WorkspaceFailure =
  | { readonly code: 'workspace/invalid-manifest'; readonly at: SourcePosition; readonly detail: string }
  | {
      readonly code: 'workspace/duplicate-package';
      readonly name: string;
      readonly directories: readonly string[];
    };
