import type { ActionKey, Digest, RelativePath, TaskId } from './ids.js';

/**
 * Version of the manifest format. An unknown version is a miss, a new one raises `FINGERPRINT_VERSION`. History: 1 (0.1): first.
 * 2 (0.1): small files lie in one blob (`pack`). 3 (0.1): in as many as it takes (`packs`).
 */
export const MANIFEST_VERSION = 3;

/** Files of at most so many bytes lie in the packs of a manifest that has some. Part of the manifest format. */
export const PACKED_FILE_BYTES = 16 * 1024;

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
  /**
   * The contents of all files of at most {@link PACKED_FILE_BYTES}, each once, one after the other in the order of the
   * entries, and cut as `PackCutter` says. They have no blobs of their own then. Undefined: every file has.
   */
  readonly packs?: readonly Digest[] | undefined;
  /** How long the execution took, milliseconds. */
  readonly durationMs: number;
  /** Version of `tr` that stored it. */
  readonly producer: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}
