import { compareStrings, sorted, type Package, type PackageName } from '@tr/model';
import { reachOver } from './package-graph.js';

type Edges = ReadonlyMap<PackageName, readonly PackageName[]>;

/**
 * Groups of packages that depend on each other (a package that depends on itself is a group of one), each sorted,
 * in the order of their first names.
 */
export function findPackageCycles(packages: ReadonlyMap<PackageName, Package>): readonly (readonly PackageName[])[] {
  const edges = trimLeaves(new Map([...packages].map(([name, entry]) => [name, entry.internalDependencies])));
  const reached = new Map([...edges.keys()].map((name) => [name, reachOver((each) => edges.get(each) ?? [], name)]));
  const groups = new Map<PackageName, PackageName[]>();
  for (const [name, below] of reached) {
    if (!below.has(name)) continue;
    const group = sorted([...below].filter((other) => reached.get(other)?.has(name)));
    if (group[0] !== undefined) groups.set(group[0], group);
  }
  return [...groups.values()].sort((a, b) => compareStrings(a[0] ?? '', b[0] ?? ''));
}

/** Takes away, again and again, packages that depend on nothing: what remains is on a cycle or leads to one. */
function trimLeaves(edges: Edges): Edges {
  const dependents = new Map<PackageName, PackageName[]>();
  const open = new Map<PackageName, number>();
  for (const [name, dependencies] of edges) {
    open.set(name, dependencies.length);
    for (const dependency of dependencies) dependents.set(dependency, [...(dependents.get(dependency) ?? []), name]);
  }
  const leaves = [...open].filter(([, count]) => count === 0).map(([name]) => name);
  for (const leaf of leaves) {
    open.delete(leaf);
    for (const dependent of dependents.get(leaf) ?? []) {
      const left = (open.get(dependent) ?? 0) - 1;
      open.set(dependent, left);
      if (left === 0) leaves.push(dependent);
    }
  }
  return new Map([...edges].filter(([name]) => open.has(name)));
}
