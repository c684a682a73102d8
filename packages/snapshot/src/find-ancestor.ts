import {
  snapshotPath,
  type ActionKey,
  type CacheEntry,
  type Digest,
  type TaskFingerprint,
  type TaskNode,
} from '@tr/model';
import { listCandidates } from './candidates.js';
import type { SnapshotServicesOptions } from './ports.js';
import { stepsOf, withOnlySteps, type Steps } from './steps.js';

/** The part of the options that finding needs. */
export type AncestorSources = Pick<
  SnapshotServicesOptions,
  'store' | 'readsCache' | 'matches' | 'listPastSteps' | 'computeKey'
>;

/** A stored state that a task can start from. */
export interface Ancestor {
  readonly entry: CacheEntry;
  readonly state: Digest;
  /** Number of steps that are in it. */
  readonly kept: number;
  /** Steps that are not, sorted: what the command has to apply. */
  readonly applied: readonly string[];
}

/**
 * Stored states of a task whose steps are all still there, unchanged, and everything else equal: nearest first. One
 * question to the cache, whatever the number of steps. None for a task without `snapshot`, nor where nothing is taken from the
 * cache.
 */
export async function findAncestors(
  sources: AncestorSources,
  task: TaskNode,
  { fingerprint }: Pick<TaskFingerprint, 'fingerprint'>,
): Promise<readonly Ancestor[]> {
  const { store, readsCache, matches, listPastSteps, computeKey } = sources;
  const globs = task.definition.snapshot?.steps;
  if (globs === undefined || !readsCache) return [];
  const isStep = (path: string): boolean => matches(globs, path);
  const current = stepsOf(fingerprint, isStep);
  const known = {
    stored: (await store.listStored(task.id)).map((stored) => stepsOf(stored, isStep)),
    past: listPastSteps(task, isStep),
  };
  const byKey = new Map<ActionKey, Steps>(
    listCandidates(current, known).map((steps) => [computeKey(withOnlySteps(fingerprint, steps, isStep)), steps]),
  );
  const entries = await store.findAll(task.id, [...byKey.keys()]);
  return entries
    .flatMap((entry): readonly Ancestor[] => {
      const steps = byKey.get(entry.key);
      const state = stateOf(entry);
      if (steps === undefined || state === undefined) return [];
      const applied = Object.keys(current).filter((path) => !Object.hasOwn(steps, path));
      return [{ entry, state, kept: Object.keys(steps).length, applied: applied.sort() }];
    })
    .sort((a, b) => b.kept - a.kept);
}

/** The digest of the state among the outputs of an entry. */
export function stateOf({ manifest }: CacheEntry): Digest | undefined {
  const path = snapshotPath(manifest.task);
  const found = manifest.entries.find((entry) => entry.path === path);
  return found?.type === 'file' ? found.digest : undefined;
}
