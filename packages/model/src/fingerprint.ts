import type { SnapshotSpec } from './service.js';
import type { ActionKey, BlobId, RelativePath, Sha256, TaskId } from './ids.js';

/**
 * Version of the fingerprint record; a new one is also due with each new version of the manifest, so that results of two versions
 * have two keys: a remote one that is there stays, and would be of no use to the other version for ever. History:
 * 1 (0.1): first.
 * 2 (0.1): results have manifest version 3.
 */
export const FINGERPRINT_VERSION = 2;

/** Which part of a lockfile a package depends on. */
export interface ExternalClosure {
  /** Equal = the same packages. */
  readonly digest: Sha256;
  /**
   * `name@version` -> integrity or resolution, as the lockfile has it (`''` when it has none); sorted. May have to read the
   * lockfile for it: only explanations and first saves need more than the digest.
   */
  readonly readPackages: () => Promise<Readonly<Record<string, string>>>;
}

/**
 * Everything that decides what a task produces, each part under its own label. The action key is the SHA-256 of
 * its canonical JSON. Values of variables appear as SHA-256 only.
 */
export interface Fingerprint {
  readonly formatVersion: number;
  readonly task: TaskId;
  /** Package directory relative to the workspace root. */
  readonly directory: RelativePath;
  /** Commands in order (pre script, script, post script), or empty when the task executes nothing. */
  readonly commands: readonly string[];
  /** Pass-through arguments (after `--`). */
  readonly arguments: readonly string[];
  /** Path relative to the package directory -> git blob id; for outputs of dependencies with the executable bit. */
  readonly inputs: Readonly<Record<string, BlobId>>;
  readonly outputs: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  /** Name -> SHA-256 of the value (`''` for an empty value); unset variables are absent. */
  readonly env: Readonly<Record<string, string>>;
  readonly envMode: 'strict' | 'loose';
  /** Patterns of variables a script may see that are not in `env`. */
  readonly passThroughEnv: readonly string[];
  /** Tool command -> its output, trimmed. */
  readonly tools: Readonly<Record<string, string>>;
  /** Files that count for every task: workspace-relative path -> git blob id. */
  readonly globalFiles: Readonly<Record<RelativePath, BlobId>>;
  /** Like `env`, from the global lists. */
  readonly globalEnv: Readonly<Record<string, string>>;
  /** Task ids of direct dependencies -> their keys. */
  readonly dependencies: Readonly<Record<TaskId, ActionKey>>;
  /** Digest of the external closure; undefined when no lockfile applies. */
  readonly externalClosure: Sha256 | undefined;
  /** Lockfiles of other languages above or in the package, whole: workspace-relative path -> git blob id. */
  readonly foreignLockfiles: Readonly<Record<RelativePath, BlobId>>;
  /** `engines` of the root package.json. */
  readonly engines: Readonly<Record<string, string>>;
  /** Files of variables in the order they are read, since a later one wins; absent when there are none. */
  readonly envFiles?: readonly string[] | undefined;
  /** Service -> engine with its version, and what its data depend on, as text; absent when the task needs none. */
  readonly services?: Readonly<Record<string, string>> | undefined;
  /** Workers that get a database or server each; absent when none do. */
  readonly workers?: number | undefined;
  /** Whose state is an output, and by which steps; the steps are in `inputs`. Absent when there is none. */
  readonly snapshot?: SnapshotSpec | undefined;
  /** How the commands are started, where that is not the platform's shell: `launch`, `script-shell`; else absent. */
  readonly launch?: Readonly<Record<string, string>> | undefined;
}

/** A fingerprint with its key, and what the process of the task gets to see. */
export interface TaskFingerprint {
  readonly task: TaskId;
  readonly key: ActionKey;
  readonly fingerprint: Fingerprint;
  /** The closure named by `fingerprint.externalClosure`; undefined when there is none. */
  readonly externalClosure: ExternalClosure | undefined;
  /** Environment of the process, filtered by the env mode. Never stored, never printed. */
  readonly environment: Readonly<Record<string, string>>;
}
