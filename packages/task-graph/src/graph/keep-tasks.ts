import type { PackageName, TaskGraph, TaskId, TaskNode } from '@tr/model';

/** Narrows a graph to some tasks and what they need (dependencies and siblings); `packages` becomes its scope. */
export function keepTasks(
  graph: TaskGraph,
  tasks: Iterable<TaskId>,
  packages: (kept: ReadonlySet<TaskId>) => readonly PackageName[],
): TaskGraph {
  const kept = withNeeds(graph, tasks);
  const nodes = new Map<TaskId, TaskNode>();
  for (const [id, node] of graph.nodes) {
    if (kept.has(id)) nodes.set(id, { ...node, dependents: node.dependents.filter((each) => kept.has(each)) });
  }
  return {
    nodes,
    topologicalOrder: graph.topologicalOrder.filter((id) => kept.has(id)),
    packagesInScope: packages(kept),
  };
}

function withNeeds(graph: TaskGraph, tasks: Iterable<TaskId>): ReadonlySet<TaskId> {
  const kept = new Set<TaskId>();
  const pending = [...tasks];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (kept.has(id)) continue;
    kept.add(id);
    const node = graph.nodes.get(id);
    pending.push(...(node?.dependencies ?? []), ...(node?.with ?? []));
  }
  return kept;
}
