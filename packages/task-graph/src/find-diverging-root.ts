import type { TaskGraph, TaskId } from '@tr/model';
import { compareStrings } from '@tr/model';

/** The first cause of a change, seen from one task. */
export interface DivergingRoot {
  readonly task: TaskId;
  /** A shortest way along dependencies from the task that was asked about to `task`, both included. */
  readonly path: readonly TaskId[];
}

/**
 * Among the transitive dependencies of `from` (and itself), the changed task farthest upstream: nothing it depends on
 * has changed, so it changed for its own reasons. `changed` may hold all tasks with another key, or only those whose
 * own part of the fingerprint differs. Ties by id. Undefined when nothing there changed. Linear time.
 */
export function findDivergingRoot(
  graph: TaskGraph,
  changed: ReadonlySet<TaskId>,
  from: TaskId,
): DivergingRoot | undefined {
  const depths = measureDepths(graph, from);
  let deepest: TaskId | undefined;
  for (const [id, depth] of depths) {
    if (!changed.has(id)) continue;
    const further = deepest === undefined ? 1 : depth - (depths.get(deepest) ?? 0) || compareStrings(deepest, id);
    if (further > 0) deepest = id;
  }
  return deepest === undefined ? undefined : { task: deepest, path: findPath(graph, from, deepest) };
}

/** Length of the longest chain from `from` down to each of its transitive dependencies. */
function measureDepths(graph: TaskGraph, from: TaskId): ReadonlyMap<TaskId, number> {
  const depths = new Map<TaskId, number>(graph.nodes.has(from) ? [[from, 0]] : []);
  for (const id of [...graph.topologicalOrder].reverse()) {
    const depth = depths.get(id);
    if (depth === undefined) continue;
    for (const dependency of graph.nodes.get(id)?.dependencies ?? []) {
      depths.set(dependency, Math.max(depths.get(dependency) ?? 0, depth + 1));
    }
  }
  return depths;
}

function findPath(graph: TaskGraph, from: TaskId, to: TaskId): readonly TaskId[] {
  const cameFrom = new Map<TaskId, TaskId | undefined>([[from, undefined]]);
  for (const [id] of cameFrom) {
    if (id === to) break;
    for (const dependency of graph.nodes.get(id)?.dependencies ?? []) {
      if (!cameFrom.has(dependency)) cameFrom.set(dependency, id);
    }
  }
  const path: TaskId[] = [];
  for (let id: TaskId | undefined = to; id !== undefined; id = cameFrom.get(id)) path.push(id);
  return path.reverse();
}
