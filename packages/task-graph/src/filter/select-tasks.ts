import type { Failure, PackageName, Result, TaskGraph, TaskId, TaskNode } from '@tr/model';
import { fail, ok, sortedUnique } from '@tr/model';
import { keepTasks } from '../graph/keep-tasks.js';
import { createDirectoryPattern, normalisePath } from './directory-pattern.js';
import type { GitRange, PackageSelector } from './package-selector.js';

/** What tasks are selected from, and what has to be known for it. */
export interface TaskSelectionRequest {
  /** Everything that the requested tasks come to in the whole workspace. */
  readonly graph: TaskGraph;
  /** One per `--filter`; their order does not matter. */
  readonly selectors: readonly PackageSelector[];
  /** Turborepo's future flag `filterUsingTasks`: every selector is about tasks. Else only those with a label are. */
  readonly allByTask: boolean;
  /** Tasks asked for as `pkg#task`, which stay whatever is selected. */
  readonly named: readonly TaskId[];
  /** For `--affected`: which tasks may be selected. */
  readonly isAffected?: (node: TaskNode) => boolean;
  /** Labels of a package itself. */
  packageTags(name: PackageName): readonly string[];
  /** The packages of one selector over the package graph. */
  packagesOf(selector: PackageSelector): Result<ReadonlySet<PackageName>, Failure>;
  /** Whether a task has an input that changed in `range`. */
  changedBy(range: GitRange): Result<(node: TaskNode) => boolean, Failure>;
}

/**
 * Filters that name labels, as Turborepo has them: what the filters select of the task graph (everything when all of
 * them exclude) minus what any of them excludes, then only what is affected; and what that needs. `...` follows the
 * edges of tasks. The scope is every package that has a task left.
 */
export function selectTasks(request: TaskSelectionRequest): Result<TaskGraph, Failure> {
  const { graph, selectors, isAffected = () => true } = request;
  const included = new Set<TaskId>();
  const excluded = new Set<TaskId>();
  for (const selector of selectors) {
    const selected = applyToTasks(request, selector);
    if (!selected.ok) return selected;
    for (const id of selected.value) (selector.exclude ? excluded : included).add(id);
  }
  const base = selectors.some((selector) => !selector.exclude) ? included : graph.nodes.keys();
  const left = [...base].filter((id) => {
    const node = graph.nodes.get(id);
    return node !== undefined && !excluded.has(id) && isAffected(node);
  });
  const packages = (kept: ReadonlySet<TaskId>) =>
    sortedUnique([...kept].flatMap((id) => graph.nodes.get(id)?.package ?? []));
  return ok(keepTasks(graph, [...left, ...request.named], packages));
}

function applyToTasks(request: TaskSelectionRequest, selector: PackageSelector): Result<ReadonlySet<TaskId>, Failure> {
  if (selector.tag === undefined && !request.allByTask) {
    const packages = request.packagesOf(selector);
    return packages.ok ? ok(new Set(inPackages(request.graph, packages.value))) : packages;
  }
  const named = findNamedTasks(request, selector);
  if (!named.ok) return named;
  const entries = selector.range === undefined ? named : narrowToRange(request, selector, selector.range, named.value);
  return entries.ok ? ok(extend(request.graph, selector, entries.value)) : entries;
}

function inPackages({ nodes }: TaskGraph, packages: ReadonlySet<PackageName>): readonly TaskId[] {
  return [...nodes.values()].filter((node) => packages.has(node.package)).map(({ id }) => id);
}

/** Tasks of the label or the name, in the directory; all of them where nothing of this is written. */
function findNamedTasks(request: TaskSelectionRequest, selector: PackageSelector): Result<readonly TaskId[], Failure> {
  const { graph } = request;
  const { tag, directory } = selector;
  if (tag === undefined) {
    if (selector.name === undefined && directory === undefined) return ok([...graph.nodes.keys()]);
    const alone = { range: undefined, matchDependencies: false, includeDependencies: false, includeDependents: false };
    const packages = request.packagesOf({ ...selector, ...alone, excludeSelf: false });
    return packages.ok ? ok(inPackages(graph, packages.value)) : packages;
  }
  const pattern = directory === undefined ? undefined : createDirectoryPattern(normalisePath(directory));
  if (directory !== undefined && pattern === undefined)
    return fail({ code: 'graph/invalid-filter', filter: selector.text, problem: 'invalid-directory-glob' });
  const isTagged = (node: TaskNode) =>
    node.definition.tags.includes(tag) || request.packageTags(node.package).includes(tag);
  const nodes = [...graph.nodes.values()].filter((node) => pattern?.matches(node.directory) !== false);
  return ok(nodes.filter(isTagged).map(({ id }) => id));
}

function narrowToRange(
  request: TaskSelectionRequest,
  { matchDependencies }: PackageSelector,
  range: GitRange,
  named: readonly TaskId[],
): Result<readonly TaskId[], Failure> {
  const isChanged = request.changedBy(range);
  if (!isChanged.ok) return isChanged;
  const { nodes } = request.graph;
  const candidates = matchDependencies ? [...named, ...reach(request.graph, named, 'dependencies')] : named;
  return ok(
    candidates.filter((id) => {
      const node = nodes.get(id);
      return node !== undefined && isChanged.value(node);
    }),
  );
}

function extend(graph: TaskGraph, selector: PackageSelector, entries: readonly TaskId[]): ReadonlySet<TaskId> {
  const found = new Set(entries);
  const add = (ids: Iterable<TaskId>) => {
    for (const id of ids) found.add(id);
  };
  if (selector.includeDependencies) add(reach(graph, entries, 'dependencies'));
  if (selector.includeDependents) {
    const dependents = reach(graph, entries, 'dependents');
    add(dependents);
    if (selector.includeDependencies) add(reach(graph, dependents, 'dependencies'));
  }
  if (selector.excludeSelf) for (const id of entries) found.delete(id);
  return found;
}

/** Every task that can be reached over the edges, in one direction. */
function reach(graph: TaskGraph, from: Iterable<TaskId>, edges: 'dependencies' | 'dependents'): ReadonlySet<TaskId> {
  const found = new Set<TaskId>();
  const pending = [...from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const next of graph.nodes.get(id)?.[edges] ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      pending.push(next);
    }
  }
  return found;
}
