import type { TaskFailure, TaskGraph } from '@tr/model';

/**
 * Persistent tasks that have a command hold a slot each until the end. As many of them as there are slots would keep
 * everything else from running: an error before the run starts (Turborepo's rule, with its count + 1).
 */
export function findTooManyPersistent(graph: TaskGraph, concurrency: number): TaskFailure | undefined {
  let count = 0;
  for (const node of graph.nodes.values()) if (node.definition.persistent && node.command !== undefined) count += 1;
  return count >= concurrency && count > 0 ? { code: 'task/too-many-persistent', count, concurrency } : undefined;
}
