import type { TaskGraph, TaskId } from '@tr/model';
import { compareStrings } from '@tr/model';

/**
 * How long the run still takes from the start of each task on: its own time plus that of the longest chain of
 * dependents. Starting the highest first keeps the critical path busy.
 *
 * `durations` are milliseconds of earlier runs. A task without one is taken for the mean of its namesakes in other
 * packages, else of all; where nothing is known every task counts 1. A task without a command takes no time.
 * The map's order is a full ranking: highest priority first, ties by id.
 */
export function computePriorities(
  graph: TaskGraph,
  durations: ReadonlyMap<TaskId, number> = new Map(),
): ReadonlyMap<TaskId, number> {
  const guess = createGuess(graph, durations);
  const priorities = new Map<TaskId, number>();
  for (const id of [...graph.topologicalOrder].reverse()) {
    const node = graph.nodes.get(id);
    if (node === undefined) continue;
    let longest = 0;
    for (const dependent of node.dependents) longest = Math.max(longest, priorities.get(dependent) ?? 0);
    const own = node.command === undefined ? 0 : (durations.get(id) ?? guess(node.task));
    priorities.set(id, own + longest);
  }
  return new Map([...priorities].sort(([a, first], [b, second]) => second - first || compareStrings(a, b)));
}

/** Estimates the time of a task by its name. */
function createGuess(graph: TaskGraph, durations: ReadonlyMap<TaskId, number>): (task: string) => number {
  const byName = new Map<string, number[]>();
  for (const [id, duration] of durations) {
    const task = graph.nodes.get(id)?.task;
    if (task === undefined) continue;
    const known = byName.get(task);
    if (known === undefined) byName.set(task, [duration]);
    else known.push(duration);
  }
  const overall = mean([...byName.values()].flat()) ?? 1;
  const means = new Map([...byName].map(([task, values]) => [task, mean(values)]));
  return (task) => means.get(task) ?? overall;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
