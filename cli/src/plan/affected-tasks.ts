import { createChangedInputs, createPathMatcher } from '@tr/fingerprint';
import { ROOT_PACKAGE, type RelativePath, type TaskNode } from '@tr/model';
import { createPackageGraph, isOwnLockfile, listUntracked } from '@tr/workspace';
import { isPlainGlob } from './changes.js';
import type { OutsideDependents } from './outside-dependents.js';
import type { Project } from '../project.js';

/**
 * Which tasks changed files count for directly, under Turborepo's future flag `affectedUsingTaskInputs`: every task, for
 * the root configuration, a global dependency, the lockfile, or a package the root package depends on; else the tasks
 * that have one of the files among their inputs, or whose package has another reason to count it.
 */
export function createChangedTasks(
  project: Project,
  files: readonly RelativePath[],
  countsFor: OutsideDependents,
): (node: TaskNode) => boolean {
  if (countForAll(project, files)) return () => true;
  const { git, root } = project.workspace;
  let untracked: ReadonlySet<RelativePath> | undefined;
  const findUntracked = (): ReadonlySet<RelativePath> => {
    const listed = git === undefined ? undefined : listUntracked({ root, git });
    return new Set(listed?.ok === true ? listed.value : []);
  };
  const hasInput = createChangedInputs({ files, isTracked: (path) => !(untracked ??= findUntracked()).has(path) });
  const packages = new Set(files.flatMap(countsFor));
  return (node) => packages.has(node.package) || hasInput(node);
}

function countForAll({ workspace, config }: Project, files: readonly RelativePath[]): boolean {
  const isGlobalDependency = createPathMatcher(config.globalDependencies.filter(isPlainGlob));
  const graph = createPackageGraph(workspace);
  const neededByRoot = graph.transitiveDependenciesOf(ROOT_PACKAGE);
  return files.some(
    (path) =>
      path === config.source.path ||
      isGlobalDependency(path) ||
      isOwnLockfile(workspace, path) ||
      neededByRoot.has(graph.packageOfFile(path)),
  );
}
