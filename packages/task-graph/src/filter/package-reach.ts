import type { Package, PackageName } from '@tr/model';
import { ROOT_PACKAGE } from '@tr/model';

/** What a package can reach, and how: the direct neighbours of one package. */
type Step = (name: PackageName) => Iterable<PackageName>;

/**
 * Transitive dependencies and dependents over the package graph.
 *
 * What the root package depends on counts as a dependency of every package (as in Turborepo: those are the tools and
 * settings of the whole workspace), so a change there reaches everything. The root itself is nobody's listed dependency.
 */
export interface PackageReach {
  /** Dependencies of `sources`; with `excludeSelf` a source is in it only if another source reaches it. */
  dependencies(sources: Iterable<PackageName>, excludeSelf: boolean): Set<PackageName>;
  /** Dependents of `sources`, likewise. The root as a source has none. */
  dependents(sources: Iterable<PackageName>, excludeSelf: boolean): Set<PackageName>;
}

/** Prepares the answers for one workspace; the reversed edges are built when first asked for. */
export function createPackageReach(packages: ReadonlyMap<PackageName, Package>): PackageReach {
  const direct: Step = (name) => packages.get(name)?.internalDependencies ?? [];
  const isRootBare = (packages.get(ROOT_PACKAGE)?.internalDependencies ?? []).length === 0;
  const withRoot: Step = isRootBare
    ? direct
    : (name) => (name === ROOT_PACKAGE ? direct(name) : [...direct(name), ROOT_PACKAGE]);
  let reversed: ReadonlyMap<PackageName, readonly PackageName[]> | undefined;
  const dependentsOf: Step = (name) => {
    if (name === ROOT_PACKAGE) return packages.keys();
    reversed ??= reverse(packages);
    return reversed.get(name) ?? [];
  };
  return {
    dependencies(sources, excludeSelf) {
      const found = reach(sources, withRoot, excludeSelf);
      found.delete(ROOT_PACKAGE);
      return found;
    },
    dependents(sources, excludeSelf) {
      const found = [...sources].filter((name) => name !== ROOT_PACKAGE);
      return reach(found, dependentsOf, excludeSelf);
    },
  };
}

function reverse(packages: ReadonlyMap<PackageName, Package>): Map<PackageName, PackageName[]> {
  const dependents = new Map<PackageName, PackageName[]>();
  for (const { name, internalDependencies } of packages.values()) {
    for (const dependency of internalDependencies) {
      const known = dependents.get(dependency);
      if (known === undefined) dependents.set(dependency, [name]);
      else known.push(name);
    }
  }
  return dependents;
}

/**
 * Everything reachable from `sources` by at least one step. With `excludeSelf` a source reached only from itself (over
 * a cycle) is left out. Every package keeps at most two of the sources that reach it, which is enough to tell whether
 * one of them is another, and keeps the walk linear.
 */
function reach(sources: Iterable<PackageName>, step: Step, excludeSelf: boolean): Set<PackageName> {
  const origins = new Map<PackageName, PackageName[]>();
  const queue: (readonly [name: PackageName, source: PackageName])[] = [];
  for (const source of sources) queue.push([source, source]);
  const most = excludeSelf ? 2 : 1;
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [name, source] = next;
    for (const neighbour of step(name)) {
      const known = origins.get(neighbour);
      if (known === undefined) origins.set(neighbour, [source]);
      else if (known.length < most && known[0] !== source) known.push(source);
      else continue;
      queue.push([neighbour, source]);
    }
  }
  const found = new Set<PackageName>();
  for (const [name, from] of origins) if (!excludeSelf || from.some((source) => source !== name)) found.add(name);
  return found;
}
