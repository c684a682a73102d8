import type { ActionKey, Digest, RelativePath, TaskId } from './ids.js';

/** Version of the manifest format. An unknown version is a miss. History: 1 (0.1): first. */
export const MANIFEST_VERSION = 1;

/** One output on disk. Paths are relative to the workspace root, POSIX, sorted, no duplicates. */
export type ManifestEntry =
  | {
      readonly type: 'file';
      readonly path: RelativePath;
      readonly executable: boolean;
      readonly digest: Digest;
    }
  /** `target` is the link text as it is on disk. */
  | { readonly type: 'symlink'; readonly path: RelativePath; readonly target: string }
  | { readonly type: 'directory'; readonly path: RelativePath };

/** Description of what one execution of a task left behind. */
export interface Manifest {
  readonly formatVersion: number;
  readonly actionKey: ActionKey;
  readonly task: TaskId;
  readonly entries: readonly ManifestEntry[];
  /** stdout and stderr in the order they were written. */
  readonly log: Digest;
  /** Canonical JSON of the fingerprint. */
  readonly fingerprint: Digest;
  /** Canonical JSON of the external closure's `packages`. */
  readonly externalClosure: Digest | undefined;
  /** How long the execution took, milliseconds. */
  readonly durationMs: number;
  /** Version of `tr` that stored it. */
  readonly producer: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}
