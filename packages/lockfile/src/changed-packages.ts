import type { PackageManagerName, PackageName } from '@tr/model';
import { ROOT_PACKAGE, sorted } from '@tr/model';
import type { LockedDependent } from './locked-dependent.js';
import { parseLockfile } from './parse-lockfile.js';

/** Two states of one lockfile, and the packages to ask about. */
export interface LockfileChange {
  readonly kind: PackageManagerName;
  readonly file: string;
  /** Undefined when there was no lockfile. */
  readonly before: string | undefined;
  readonly after: string;
  readonly packages: Iterable<LockedDependent>;
  /** See `LockfileSource`. */
  readonly resolutions?: Readonly<Record<string, string>>;
}

/**
 * Packages whose external closure differs between two states, sorted. `all`: there was no lockfile, one of the two
 * cannot be read, or something changed that holds for every package (file settings, or the closure of the root). `none`: no closure differs (the file itself may,
 * and then still counts as a changed file of the root package).
 */
export async function changedPackages(change: LockfileChange): Promise<readonly PackageName[] | 'all' | 'none'> {
  const { kind, before, after, ...source } = change;
  if (before === undefined) return 'all';
  if (before === after) return 'none';
  const [old, current] = await Promise.all([parseLockfile(kind, before, source), parseLockfile(kind, after, source)]);
  if (!old.ok || !current.ok || old.value.globals !== current.value.globals) return 'all';
  const differs = (dependent: LockedDependent): boolean =>
    JSON.stringify(old.value.closureOf(dependent)) !== JSON.stringify(current.value.closureOf(dependent));
  const names = [...change.packages].filter(differs).map((dependent) => dependent.name);
  // What the root installs is at hand in every package.
  if (names.includes(ROOT_PACKAGE)) return 'all';
  return names.length === 0 ? 'none' : sorted(names);
}
