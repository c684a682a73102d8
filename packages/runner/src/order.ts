import type { TaskId } from '@tr/model';
import { nodeOf } from './frontier.js';
import type { RunContext, RunTasksOptions } from './run-context.js';

/** By priority, then in topological order; only the latter when edges are ignored, as keys are needed in that order. */
export function computeRanks({ graph, priorities, parallel }: RunTasksOptions): ReadonlyMap<TaskId, number> {
  const order = [...graph.topologicalOrder];
  if (!parallel) order.sort((a, b) => (priorities.get(b) ?? 0) - (priorities.get(a) ?? 0));
  return new Map(order.map((id, rank) => [id, rank]));
}

/**
 * Without order a task may run beside what it depends on: what has a command is not to be built upon, unless everybody
 * waits for it.
 */
export function distrustOrder({ graph, keys, stateEdges }: RunContext): void {
  const isAwaited = (id: TaskId): boolean =>
    nodeOf(graph, id).dependents.every((dependent) => stateEdges?.get(dependent)?.includes(id) === true);
  for (const id of graph.topologicalOrder) {
    const node = nodeOf(graph, id);
    const own = node.command === undefined || isAwaited(id) ? undefined : id;
    const root = keys.findUnsoundDependency(node)?.root ?? own;
    if (root !== undefined) keys.distrust(id, root);
  }
}
