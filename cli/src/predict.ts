import type { CacheLookup, ActionKey, Failure, Result, TaskFingerprint, TaskGraph, TaskId } from '@tr/model';
import { fail, InvariantError, ok } from '@tr/model';
import type { Engine } from './engine.js';

/** What a task would meet if it ran now. */
export interface PredictedTask {
  readonly fingerprint: TaskFingerprint;
  readonly lookup: CacheLookup;
}

/** Fingerprints every task as the disk is now and looks it up, executing nothing. */
export async function predictTasks(
  graph: TaskGraph,
  engine: Engine,
): Promise<Result<ReadonlyMap<TaskId, PredictedTask>, Failure>> {
  const fingerprints = await fingerprintTasks(graph, engine);
  return fingerprints.ok ? ok(await lookUpAll(graph, fingerprints.value, engine)) : fingerprints;
}

/**
 * Fingerprints every task as the disk is now. A task whose inputs another task would write first has that of now.
 */
export async function fingerprintTasks(
  graph: TaskGraph,
  engine: Engine,
): Promise<Result<ReadonlyMap<TaskId, TaskFingerprint>, Failure>> {
  const fingerprints = new Map<TaskId, TaskFingerprint>();
  for (const id of graph.topologicalOrder) {
    const node = graph.nodes.get(id);
    if (node === undefined) throw new InvariantError(`${id} is in the order but not in the graph`);
    const keys = new Map<TaskId, ActionKey>();
    for (const dependency of node.dependencies) {
      const key = fingerprints.get(dependency)?.key;
      if (key !== undefined) keys.set(dependency, key);
    }
    const computed = await engine.fingerprinter.compute(node, keys);
    if (!computed.ok) return fail(computed.failure);
    fingerprints.set(id, computed.value);
  }
  return ok(fingerprints);
}

/** All at once, so that a remote is asked for many keys in one request. */
async function lookUpAll(
  graph: TaskGraph,
  fingerprints: ReadonlyMap<TaskId, TaskFingerprint>,
  { cache }: Engine,
): Promise<ReadonlyMap<TaskId, PredictedTask>> {
  const found = [...fingerprints].map(async ([id, fingerprint]): Promise<[TaskId, PredictedTask]> => {
    const node = graph.nodes.get(id);
    if (node === undefined) throw new InvariantError(`${id} is in the order but not in the graph`);
    return [id, { fingerprint, lookup: await cache.tasks.lookup(node, fingerprint) }];
  });
  return new Map(await Promise.all(found));
}
