import { parentOf, ROOT_PACKAGE, sorted, type PackageName, type RelativePath, type Workspace } from '@tr/model';

/** Who depends on whom. Unknown names have no edges. */
export interface PackageGraph {
  /** Direct edges, sorted. */
  dependenciesOf(name: PackageName): readonly PackageName[];
  dependentsOf(name: PackageName): readonly PackageName[];
  /** Everything reachable over one edge or more; `name` itself only when it is on a cycle. */
  transitiveDependenciesOf(name: PackageName): ReadonlySet<PackageName>;
  /** The innermost package that contains a path, `//` for a path in none. */
  packageOfFile(path: RelativePath): PackageName;
}

/** Indexes the edges of a workspace. Pure; closures are computed when asked for, and kept. */
export function createPackageGraph(workspace: Pick<Workspace, 'packages'>): PackageGraph {
  const dependents = invert(workspace);
  const dependenciesOf = (name: PackageName) => workspace.packages.get(name)?.internalDependencies ?? [];
  const dependentsOf = (name: PackageName) => dependents.get(name) ?? [];
  const byDirectory = new Map(
    [...workspace.packages.values()]
      .filter((entry) => entry.directory !== '')
      .map((entry) => [entry.directory, entry.name]),
  );
  return {
    dependenciesOf,
    dependentsOf,
    transitiveDependenciesOf: createClosure(dependenciesOf),
    packageOfFile: (path) => findContaining(byDirectory, path),
  };
}

type Edges = (name: PackageName) => readonly PackageName[];

function invert({ packages }: Pick<Workspace, 'packages'>): ReadonlyMap<PackageName, readonly PackageName[]> {
  const dependents = new Map<PackageName, PackageName[]>();
  for (const [name, entry] of packages) {
    for (const dependency of entry.internalDependencies) {
      const known = dependents.get(dependency);
      if (known) known.push(name);
      else dependents.set(dependency, [name]);
    }
  }
  return new Map([...dependents].map(([name, names]) => [name, sorted(names)]));
}

function createClosure(edges: Edges): (name: PackageName) => ReadonlySet<PackageName> {
  const known = new Map<PackageName, ReadonlySet<PackageName>>();
  return (name) => {
    const before = known.get(name);
    if (before) return before;
    const closure = reachOver(edges, name);
    known.set(name, closure);
    return closure;
  };
}

/** Everything reachable from a package over one edge or more; itself only when it is on a cycle. */
export function reachOver(edges: Edges, from: PackageName): ReadonlySet<PackageName> {
  const reached = new Set<PackageName>();
  const pending = [...edges(from)];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    pending.push(...edges(next));
  }
  return reached;
}

function findContaining(byDirectory: ReadonlyMap<RelativePath, PackageName>, path: RelativePath): PackageName {
  for (let at = path; at !== ''; at = parentOf(at)) {
    const name = byDirectory.get(at);
    if (name !== undefined) return name;
  }
  return ROOT_PACKAGE;
}
