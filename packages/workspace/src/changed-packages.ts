import { ROOT_PACKAGE, sorted, type PackageName, type RelativePath, type Workspace } from '@tr/model';
import { createPackageGraph } from './package-graph.js';
import { isLockfile, lockfileNamesOf } from './package-manager.js';
import { selfAndParents } from './paths.js';

/** What decides how far a changed file reaches. */
export interface ChangeRules {
  /** The root configuration: a change of it counts for every task. */
  readonly isConfiguration: (path: RelativePath) => boolean;
  /**
   * What `globalDependencies` matches. Asked only for files in no package: a package's own file reaches no further than
   * the package. Never asked for lockfiles: they are compared.
   */
  readonly isGlobalDependency: (path: RelativePath) => boolean;
  /**
   * Packages whose external dependencies differ between the lockfile before and now; asked only when the lockfile is
   * among the files. `none`: the same packages written differently; `all`: one of the two cannot be read, or is gone.
   */
  readonly compareLockfile: () => readonly PackageName[] | 'all' | 'none';
  /** Packages that a file counts for wherever it lies. */
  readonly countsFor: (path: RelativePath) => readonly PackageName[];
}

/**
 * Packages that changed files belong to, sorted; `//` for files in no package (also those of a deleted one). Every
 * package is returned when a global file, something the root package depends on, or the lockfile in a way that
 * reaches the root, changed.
 */
export function computeChangedPackages(
  workspace: Workspace,
  files: readonly RelativePath[],
  rules: ChangeRules,
): readonly PackageName[] {
  const graph = createPackageGraph(workspace);
  const everything = sorted(workspace.packages.keys());
  if (files.some(rules.isConfiguration)) return everything;
  const owners = files.map((path) => [path, graph.packageOfFile(path)] as const);
  const isGlobal = (path: RelativePath): boolean => !isLockfile(path) && rules.isGlobalDependency(path);
  if (owners.some(([path, owner]) => owner === ROOT_PACKAGE && isGlobal(path))) return everything;
  const changed = new Set(owners.map(([, owner]) => owner));
  for (const name of [...findPackagesBelow(workspace, files), ...files.flatMap(rules.countsFor)]) changed.add(name);
  const rootClosure = graph.transitiveDependenciesOf(ROOT_PACKAGE);
  if ([...changed].some((name) => rootClosure.has(name))) return everything;
  if (files.some((path) => isOwnLockfile(workspace, path))) {
    const affected = rules.compareLockfile();
    if (affected === 'all' || (affected !== 'none' && affected.includes(ROOT_PACKAGE))) return everything;
    if (affected !== 'none') for (const name of affected) changed.add(name);
  }
  return sorted(changed);
}

/** Whether a path is the lockfile of the workspace; also of one that is gone. */
export function isOwnLockfile({ lockfile, packageManager }: Workspace, path: RelativePath): boolean {
  if (lockfile !== undefined) return path === lockfile.path;
  return packageManager !== undefined && lockfileNamesOf(packageManager.name).includes(path);
}

/** A submodule shows up as its own path: then the packages inside it have changed. */
function findPackagesBelow(workspace: Workspace, files: readonly RelativePath[]): readonly PackageName[] {
  const paths = new Set(files);
  return [...workspace.packages.values()]
    .filter((entry) => selfAndParents(entry.directory).some((path) => paths.has(path)))
    .map((entry) => entry.name);
}
