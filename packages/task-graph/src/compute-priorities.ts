import type { TaskGraph, TaskId } from '@tr/model';
import { compareStrings } from '@tr/model';

/**
 * How many commands are still to be executed one after the other from the start of each task on: its own and those of
 * the longest chain of dependents. Starting the highest first keeps the critical path busy.
 * The map's order is a full ranking: highest priority first, ties by id.
 */
export function computePriorities(graph: TaskGraph): ReadonlyMap<TaskId, number> {
  const priorities = new Map<TaskId, number>();
  for (const id of [...graph.topologicalOrder].reverse()) {
    const node = graph.nodes.get(id);
    if (node === undefined) continue;
    let longest = 0;
    for (const dependent of node.dependents) longest = Math.max(longest, priorities.get(dependent) ?? 0);
    priorities.set(id, (node.command === undefined ? 0 : 1) + longest);
  }
  return new Map([...priorities].sort(([a, first], [b, second]) => second - first || compareStrings(a, b)));
}
