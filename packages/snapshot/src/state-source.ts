import type { TaskGraph, TaskId, TaskNode } from '@tr/model';

/**
 * The tasks whose state of `service` a task builds upon: those with a snapshot of it among its dependencies, near or far,
 * that no other one of them builds upon. More than one means that the task cannot have both.
 */
export function findStateSources(graph: TaskGraph, task: TaskNode, service: string): readonly TaskId[] {
  const found = new Set<TaskId>();
  collect(graph, task, (node) => {
    if (node.definition.snapshot?.service !== service) return 'deeper';
    found.add(node.id);
    return 'enough';
  });
  const covered = new Set<TaskId>();
  for (const id of found) {
    const node = graph.nodes.get(id);
    if (node !== undefined && found.size > 1)
      collect(graph, node, (below) => {
        covered.add(below.id);
        return 'deeper';
      });
  }
  return [...found].filter((id) => !covered.has(id)).sort();
}

/** Visits dependencies, each once, going below those for which `visit` says so. */
function collect(graph: TaskGraph, start: TaskNode, visit: (node: TaskNode) => 'deeper' | 'enough'): void {
  const seen = new Set<TaskId>(start.dependencies);
  for (const id of seen) {
    const node = graph.nodes.get(id);
    if (node !== undefined && visit(node) === 'deeper') for (const below of node.dependencies) seen.add(below);
  }
}
