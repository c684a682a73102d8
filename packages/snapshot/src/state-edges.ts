import type { TaskGraph, TaskId } from '@tr/model';
import { findStateSources } from './state-source.js';

/**
 * Task -> tasks whose state it cannot do without: what a run waits for that ignores the order of dependencies. Whatever
 * depends on a task waits for what that one waits for, so that keys can still be computed in the graph's order. Tasks
 * that wait for nothing are not listed.
 */
export function listStateEdges(graph: TaskGraph): ReadonlyMap<TaskId, readonly TaskId[]> {
  const edges = new Map<TaskId, readonly TaskId[]>();
  for (const id of graph.topologicalOrder) {
    const node = graph.nodes.get(id);
    if (node === undefined) continue;
    const own = node.definition.services.flatMap((service) => findStateSources(graph, node, service));
    const inherited = node.dependencies.flatMap((dependency) => edges.get(dependency) ?? []);
    const all = new Set([...own, ...inherited]);
    if (all.size > 0) edges.set(id, [...all].sort());
  }
  return edges;
}
