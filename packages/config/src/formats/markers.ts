/** In a list of a package's task: the inherited entries. */
export const EXTENDS_MARKER = '$TURBO_EXTENDS$';
/** In `inputs`: every file git tracks or would track. */
export const DEFAULT_MARKER = '$TURBO_DEFAULT$';
/** At the start of a glob: from the root of the workspace. */
export const ROOT_MARKER = '$TURBO_ROOT$';
