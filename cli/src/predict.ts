import type { CacheLookup, ActionKey, Failure, Result, TaskFingerprint, TaskGraph, TaskId } from '@tr/model';
import { fail, InvariantError, ok } from '@tr/model';
import type { Engine } from './engine.js';

/** What a task would meet if it ran now. */
export interface PredictedTask {
  readonly fingerprint: TaskFingerprint;
  readonly lookup: CacheLookup;
}

/**
 * Fingerprints every task as the disk is now and looks it up, executing nothing. A task whose inputs another task would write
 * first is told as of now.
 */
export async function predictTasks(
  graph: TaskGraph,
  engine: Engine,
): Promise<Result<ReadonlyMap<TaskId, PredictedTask>, Failure>> {
  const predicted = new Map<TaskId, PredictedTask>();
  for (const id of graph.topologicalOrder) {
    const node = graph.nodes.get(id);
    if (node === undefined) throw new InvariantError(`${id} is in the order but not in the graph`);
    const keys = new Map<TaskId, ActionKey>();
    for (const dependency of node.dependencies) {
      const key = predicted.get(dependency)?.fingerprint.key;
      if (key !== undefined) keys.set(dependency, key);
    }
    const computed = await engine.fingerprinter.compute(node, keys);
    if (!computed.ok) return fail(computed.failure);
    predicted.set(id, { fingerprint: computed.value, lookup: await engine.cache.tasks.lookup(node, computed.value) });
  }
  return ok(predicted);
}
