import { InvariantError, type TaskGraph, type TaskId, type TaskNode } from '@tr/model';

/** Task -> tasks of the same graph; one that is not listed has none. */
export type TaskEdges = ReadonlyMap<TaskId, readonly TaskId[]>;

/**
 * Which tasks may start: pure bookkeeping over a graph. Every task leaves exactly once, through `start`, `complete`
 * (as a released dependent), `dropDependents` or `dropAll`.
 */
export class Frontier {
  readonly #dependentsOf: (id: TaskId) => readonly TaskId[];
  /** Tasks that were not given out yet -> how many dependencies have not ended. */
  readonly #waiting = new Map<TaskId, number>();

  /** `edges`: the tasks that a task waits for, instead of those that it depends on. */
  constructor(graph: TaskGraph, edges: TaskEdges | undefined) {
    const dependents = edges === undefined ? undefined : reverse(edges);
    this.#dependentsOf = (id) => (dependents === undefined ? nodeOf(graph, id).dependents : (dependents.get(id) ?? []));
    for (const id of graph.topologicalOrder) {
      const awaited = edges === undefined ? nodeOf(graph, id).dependencies : (edges.get(id) ?? []);
      this.#waiting.set(id, awaited.length);
    }
  }

  /** Tasks that wait for nothing, in topological order. */
  start(): TaskId[] {
    return this.#giveOut((id) => this.#waiting.get(id) === 0);
  }

  /** Dependents that wait for nothing any more now that `id` has ended. */
  complete(id: TaskId): TaskId[] {
    const released: TaskId[] = [];
    for (const dependent of this.#dependentsOf(id)) {
      const open = this.#waiting.get(dependent);
      if (open === undefined || open === 0) continue;
      this.#waiting.set(dependent, open - 1);
      if (open > 1) continue;
      this.#waiting.delete(dependent);
      released.push(dependent);
    }
    return released;
  }

  /** Everything that waits for `id`, directly or not, in topological order: it will never start. */
  dropDependents(id: TaskId): TaskId[] {
    const below = new Set<TaskId>();
    const stack = [...this.#dependentsOf(id)];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (below.has(next)) continue;
      below.add(next);
      stack.push(...this.#dependentsOf(next));
    }
    return this.#giveOut((other) => below.has(other));
  }

  /** Everything that has not started, in topological order: it will never start. */
  dropAll(): TaskId[] {
    return this.#giveOut(() => true);
  }

  #giveOut(accepts: (id: TaskId) => boolean): TaskId[] {
    const given = [...this.#waiting.keys()].filter(accepts);
    for (const id of given) this.#waiting.delete(id);
    return given;
  }
}

function reverse(edges: TaskEdges): ReadonlyMap<TaskId, readonly TaskId[]> {
  const dependents = new Map<TaskId, TaskId[]>();
  for (const [id, awaited] of edges) {
    for (const dependency of awaited) dependents.set(dependency, [...(dependents.get(dependency) ?? []), id]);
  }
  return dependents;
}

/** The node of an id that must be in the graph. */
export function nodeOf(graph: TaskGraph, id: TaskId): TaskNode {
  const node = graph.nodes.get(id);
  if (node === undefined) throw new InvariantError(`task ${id} is not in the graph`);
  return node;
}
