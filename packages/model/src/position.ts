/** A place in a file a person can edit; line and column count from 1. */
export interface SourcePosition {
  /** Path relative to the workspace root where it lies inside it, else absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
