/** Nominal typing for strings that must not be mixed up. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Name of a package in the workspace; the root package is always {@link ROOT_PACKAGE}. */
export type PackageName = Branded<'PackageName'>;
/** `pkg#task`; a root task is `//#task`. A single-package repository uses `//` too. */
export type TaskId = Branded<'TaskId'>;
/** SHA-256 in 64 lower-case hex digits: of a blob, or of a fingerprint (then an {@link ActionKey}). */
export type Sha256 = Branded<'Sha256'>;
/** BLAKE3 in 64 lower-case hex digits and `-b3`: of a body that a cache server named for itself. Never leaves its store. */
export type Blake3 = Branded<'Blake3'>;
/** Digest of the canonical JSON of a fingerprint: the name of a cache entry. */
export type ActionKey = Branded<'ActionKey'>;
/**
 * Git object id of a file's content: 40 hex digits (SHA-1), or 64 in a SHA-256 repository. In a fingerprint `+stored` stands behind it for
 * a file that lies on disk as git stores it, by a filter that was not applied (a pointer of Git LFS), and `+x` where the executable bit counts
 * and is set.
 */
export type BlobId = Branded<'BlobId'>;
/** POSIX path relative to the workspace root; `''` is the root itself. Never starts with `/` or `./`. */
export type RelativePath = string;

/** The name the root package goes by, whatever its package.json says. */
export const ROOT_PACKAGE = '//' as PackageName;

/** Joins a package and a task name to a {@link TaskId}. */
export function toTaskId(packageName: PackageName, task: string): TaskId {
  return `${packageName}#${task}` as TaskId;
}

/** Splits `pkg#task` at its first `#`; undefined for a bare task name. */
export function parseTaskId(text: string): { readonly package: PackageName; readonly task: string } | undefined {
  const at = text.indexOf('#');
  if (at <= 0) return undefined;
  return { package: text.slice(0, at) as PackageName, task: text.slice(at + 1) };
}

/** Name and size of a blob. */
export interface Digest {
  readonly hash: Sha256;
  /** Bytes. */
  readonly size: number;
}
