/** What one dependency name of an entry resolves to; `target` is an index into the entries. */
export interface LockedEdge {
  readonly name: string;
  readonly target: number;
}

/** One resolved package of a lockfile. */
export interface LockedEntry {
  /** What the lockfile itself calls it (a path, a descriptor list, a dependency path). */
  readonly key: string;
  /** `name@version`, the same for every package manager where versions come from a registry. */
  readonly label: string;
  /** Integrity, checksum or resolution: what pins the bytes; `''` when the lockfile has none. */
  readonly detail: string;
  readonly edges: readonly LockedEdge[];
  /** A package of the workspace itself (or a linked directory), not something downloaded. */
  readonly isWorkspace: boolean;
  /** File or directory, relative to the workspace root, that it is made from and whose content nothing here pins. */
  readonly localPath?: string;
}

/** A dependency as a manifest asks for it: name and specifier. */
export type Request = readonly [name: string, specifier: string];

/** One lockfile, whatever its format. */
export interface LockfileReading {
  readonly entries: readonly LockedEntry[];
  /**
   * Entries that the package in `directory` gets for a dependency of its own. More than one when the format does not
   * say which (then any of them may be meant); empty when it is not locked.
   */
  resolve(directory: string, request: Request): readonly number[];
  /** What the lockfile records as asked for by the package in `directory`, peers included where the format has them. */
  requestsOf(directory: string): readonly Request[];
  /** Canonical text of settings that change an install without showing in any entry; `''` when there are none. */
  readonly settings: string;
  /** Canonical text of what holds for the whole file and shows in no entry (format version, cache key, settings). */
  readonly globals: string;
}

/** Splits a label or descriptor `name@rest` at its first `@` that is not a scope's. */
export function splitLabel(label: string): Request {
  const at = label.indexOf('@', 1);
  return at < 0 ? [label, ''] : [label.slice(0, at), label.slice(at + 1)];
}
