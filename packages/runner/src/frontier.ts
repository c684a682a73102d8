import { InvariantError, type TaskGraph, type TaskId, type TaskNode } from '@tr/model';

/**
 * Which tasks may start: pure bookkeeping over a graph. Every task leaves exactly once, through `start`, `complete`
 * (as a released dependent), `dropDependents` or `dropAll`.
 */
export class Frontier {
  readonly #graph: TaskGraph;
  /** Tasks that were not given out yet -> how many dependencies have not ended. */
  readonly #waiting = new Map<TaskId, number>();

  /** `ignoreEdges`: every task may start at once. */
  constructor(graph: TaskGraph, ignoreEdges: boolean) {
    this.#graph = graph;
    for (const id of graph.topologicalOrder) {
      this.#waiting.set(id, ignoreEdges ? 0 : nodeOf(graph, id).dependencies.length);
    }
  }

  /** Tasks that wait for nothing, in topological order. */
  start(): TaskId[] {
    return this.#giveOut((id) => this.#waiting.get(id) === 0);
  }

  /** Dependents that wait for nothing any more now that `id` has ended. */
  complete(id: TaskId): TaskId[] {
    const released: TaskId[] = [];
    for (const dependent of nodeOf(this.#graph, id).dependents) {
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
    const stack = [...nodeOf(this.#graph, id).dependents];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (below.has(next)) continue;
      below.add(next);
      stack.push(...nodeOf(this.#graph, next).dependents);
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

/** The node of an id that must be in the graph. */
export function nodeOf(graph: TaskGraph, id: TaskId): TaskNode {
  const node = graph.nodes.get(id);
  if (node === undefined) throw new InvariantError(`task ${id} is not in the graph`);
  return node;
}
