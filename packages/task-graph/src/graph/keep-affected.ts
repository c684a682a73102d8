import { ROOT_PACKAGE, type TaskGraph, type TaskId, type TaskNode } from '@tr/model';
import { keepTasks } from './keep-tasks.js';

/**
 * Narrows a graph to what changes reach: tasks with a changed input, everything that waits for such a task, and what the
 * kept ones need (dependencies and siblings). The scope keeps the packages of affected tasks alone, and with
 * `insideScope` no task is kept for its own sake that lies outside of it. This is what Turborepo's future flag
 * `affectedUsingTaskInputs` does.
 */
export function keepAffected(
  graph: TaskGraph,
  isChanged: (node: TaskNode) => boolean,
  { insideScope }: { readonly insideScope: boolean },
): TaskGraph {
  const scope = new Set(graph.packagesInScope);
  const affected = [...findAffected(graph, isChanged)].filter(
    (id) => !insideScope || scope.has(graph.nodes.get(id)?.package ?? ROOT_PACKAGE),
  );
  const packages = new Set(affected.map((id) => graph.nodes.get(id)?.package));
  return keepTasks(graph, affected, () => graph.packagesInScope.filter((name) => packages.has(name)));
}

/** Tasks with a changed input, and everything that waits for such a task. */
export function findAffected(graph: TaskGraph, isChanged: (node: TaskNode) => boolean): ReadonlySet<TaskId> {
  const affected = new Set<TaskId>();
  for (const id of graph.topologicalOrder) {
    const node = graph.nodes.get(id);
    if (node === undefined) continue;
    if (node.dependencies.some((dependency) => affected.has(dependency)) || isChanged(node)) affected.add(id);
  }
  return affected;
}
