import { ROOT_PACKAGE, type TaskGraph, type TaskId, type TaskNode } from '@tr/model';

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
  const kept = withNeeds(graph, affected);
  const nodes = new Map<TaskId, TaskNode>();
  for (const [id, node] of graph.nodes) {
    if (kept.has(id)) nodes.set(id, { ...node, dependents: node.dependents.filter((each) => kept.has(each)) });
  }
  const packages = new Set(affected.map((id) => graph.nodes.get(id)?.package));
  return {
    nodes,
    topologicalOrder: graph.topologicalOrder.filter((id) => kept.has(id)),
    packagesInScope: graph.packagesInScope.filter((name) => packages.has(name)),
  };
}

function findAffected(graph: TaskGraph, isChanged: (node: TaskNode) => boolean): ReadonlySet<TaskId> {
  const affected = new Set<TaskId>();
  for (const id of graph.topologicalOrder) {
    const node = graph.nodes.get(id);
    if (node === undefined) continue;
    if (node.dependencies.some((dependency) => affected.has(dependency)) || isChanged(node)) affected.add(id);
  }
  return affected;
}

function withNeeds(graph: TaskGraph, affected: readonly TaskId[]): ReadonlySet<TaskId> {
  const kept = new Set<TaskId>();
  const pending = [...affected];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (kept.has(id)) continue;
    kept.add(id);
    const node = graph.nodes.get(id);
    pending.push(...(node?.dependencies ?? []), ...(node?.with ?? []));
  }
  return kept;
}
