import type { ExternalClosure, PackageManagerName, Sha256 } from '@tr/model';
import type { Closure } from './closure.js';
import { createClosureFinder } from './closure.js';
import type { LockedDependent } from './locked-dependent.js';
import type { LockfileReading } from './reading.js';

/** A parsed lockfile. All answers are pure functions of its text and the question. */
export interface Lockfile {
  readonly kind: PackageManagerName;
  readonly file: string;
  /**
   * The external closure of one workspace package, sorted. Keys and values:
   * - `name@version` -> integrity, checksum or resolution (if the lockfile has one), then `> names of its dependencies`;
   * - `name@version>dependency` -> which version it gets, and `.>dependency` -> which one the package itself gets: only
   *   where the closure has several versions of that dependency, so that a rewiring among the same packages shows too;
   * - `name@specifier` -> `''`: a dependency that the lockfile does not have, or (with a note) has for another specifier;
   * - `lockfile settings`: settings that change every install (pnpm `settings`, Bun `configVersion`).
   */
  closureOf(dependent: LockedDependent): Readonly<Record<string, string>>;
  /** SHA-256 of the canonical JSON of {@link closureOf}, without making the record. */
  digestOf(dependent: LockedDependent, sha256: (text: string) => Sha256): Sha256;
  /**
   * Files and directories of the workspace (relative to its root; `../` leads out) that entries of the closure come
   * from and whose content no lockfile pins: linked directories, patches of Bun. They are inputs of the package.
   */
  localPathsOf(dependent: LockedDependent): readonly string[];
  /** Canonical text of what holds for the whole file: format version, cache key, settings. */
  readonly globals: string;
}

/** Builds the answers on a reading. Packages with the same closure share one result. */
export function createLockfile(kind: PackageManagerName, file: string, reading: LockfileReading): Lockfile {
  const search = createClosureFinder(reading);
  const found = new Map<LockedDependent, Closure>();
  const find = (dependent: LockedDependent): Closure => {
    const known = found.get(dependent) ?? search(dependent);
    found.set(dependent, known);
    return known;
  };
  const records = new Map<string, Readonly<Record<string, string>>>();
  const digests = new Map<string, Sha256>();
  return {
    kind,
    file,
    globals: reading.globals,
    closureOf: (dependent) => remember(records, find(dependent), toRecord),
    digestOf: (dependent, sha256) => remember(digests, find(dependent), (closure) => sha256(toCanonicalJson(closure))),
    localPathsOf: (dependent) => find(dependent).localPaths(),
  };
}

/**
 * The closure of a package with its digest. The packages are made when they are asked for (a hit needs the digest alone, and a
 * record of some thousand keys costs more than its digest).
 */
export function computeExternalClosure(
  lockfile: Lockfile,
  dependent: LockedDependent,
  sha256: (text: string) => Sha256,
): ExternalClosure {
  return {
    digest: lockfile.digestOf(dependent, sha256),
    readPackages: () => Promise.resolve(lockfile.closureOf(dependent)),
  };
}

function remember<T>(memo: Map<string, T>, closure: Closure, make: (closure: Closure) => T): T {
  const known = memo.get(closure.signature);
  if (known !== undefined) return known;
  const made = make(closure);
  memo.set(closure.signature, made);
  return made;
}

function toRecord(closure: Closure): Readonly<Record<string, string>> {
  return Object.fromEntries(closure.items().map((item) => [item.key, item.value]));
}

function toCanonicalJson(closure: Closure): string {
  return `{${closure
    .items()
    .map((item) => item.json)
    .join()}}`;
}
