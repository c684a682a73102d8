import { listStoredFingerprints, type StoredFingerprint } from '@tr/cache';
import { parseFingerprint } from '@tr/fingerprint';
import {
  InvariantError,
  type CacheEntry,
  type CacheTier,
  type MissReason,
  type TaskGraph,
  type TaskId,
} from '@tr/model';
import type { DivergingDependency, StateAncestor, StoredRun, WhyReport } from '@tr/reporter';
import type { Engine } from './engine.js';
import { compareWithStored, findNearestStored } from './explain.js';
import type { PredictedTask } from './predict.js';

/** How many stored runs of a task are looked at for the nearest one. */
const COMPARED_RUNS = 50;

/** What `explainTask` works on. */
export interface WhySubject {
  readonly graph: TaskGraph;
  readonly predicted: ReadonlyMap<TaskId, PredictedTask>;
  readonly engine: Engine;
}

/**
 * Compares a task as it is now with the nearest stored run of it, and follows what differs to where it began. A task that is
 * stored is compared with what was stored before it: that is why it ran.
 */
export async function explainTask(subject: WhySubject, id: TaskId): Promise<WhyReport> {
  const predicted = subject.predicted.get(id);
  if (predicted === undefined) throw new InvariantError(`${id} was not predicted`);
  const { fingerprint, lookup } = predicted;
  const { key } = fingerprint;
  const { local, tasks } = subject.engine.cache;
  const first = lookup.hit ? undefined : tasks.findKeyInPlace(id);
  const stored = await listStoredFingerprints(local, id, { limit: COMPARED_RUNS, first });
  const own = lookup.hit ? { key, createdAt: lookup.entry.manifest.createdAt } : undefined;
  const candidates = own === undefined ? stored : stored.filter((candidate) => isBefore(candidate, own));
  const found = await findNearestStored(candidates, fingerprint);
  const nearest = found !== undefined && found.reasons.length > 0 ? found : undefined;
  const reasons = nearest?.reasons ?? (lookup.hit ? [] : lookup.reasons);
  const ancestor = await findAncestor(subject, id, own?.createdAt);
  return {
    ...(ancestor === undefined ? {} : { ancestor }),
    task: id,
    key,
    verdict: lookup.hit
      ? { hit: true, ...describeEntry(lookup.entry), storedAt: own?.createdAt, reasons }
      : { hit: false, reasons },
    comparedWith: nearest && (await describeStored(subject.engine, nearest.stored)),
    dependencies: nearest === undefined ? [] : await findDivergingDependencies(subject, nearest),
  };
}

/** The nearest stored state below that of a task, of those stored before it when it is stored itself. */
async function findAncestor(
  { graph, predicted, engine }: WhySubject,
  id: TaskId,
  before = Number.POSITIVE_INFINITY,
): Promise<StateAncestor | undefined> {
  const node = graph.nodes.get(id);
  const fingerprint = predicted.get(id)?.fingerprint;
  if (node?.definition.snapshot === undefined || fingerprint === undefined) return undefined;
  const { service } = node.definition.snapshot;
  const found = await engine.services.findAncestors(node, fingerprint);
  const nearest = found.find(({ entry }) => entry.manifest.createdAt <= before);
  if (nearest === undefined) return undefined;
  const { entry, kept, applied } = nearest;
  return { service, key: entry.key, tier: entry.tier, kept, applied };
}

function describeEntry({ tier, manifest }: CacheEntry): { readonly tier: CacheTier; readonly timeSavedMs: number } {
  return { tier, timeSavedMs: manifest.durationMs };
}

type Stored = Pick<StoredFingerprint, 'key' | 'createdAt'>;

function isBefore(candidate: Stored, own: Stored): boolean {
  return candidate.key !== own.key && candidate.createdAt <= own.createdAt;
}

async function describeStored(
  { cache }: Engine,
  { key, createdAt }: StoredFingerprint,
): Promise<StoredRun | undefined> {
  const found = await cache.local.actions.get(key);
  if (!found.ok || found.value === undefined) return undefined;
  const { durationMs, producer } = found.value.manifest;
  return { key, storedAt: createdAt, durationMs, producer };
}

interface Compared {
  readonly stored: StoredFingerprint;
  readonly reasons: readonly MissReason[];
}

/** Tasks upstream that changed for reasons of their own, each with them; breadth first, so nearest first. */
async function findDivergingDependencies(
  subject: WhySubject,
  start: Compared,
): Promise<readonly DivergingDependency[]> {
  const found: DivergingDependency[] = [];
  const seen = new Set<string>();
  const queue: Compared[] = [start];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const dependency of changedDependencies(next)) {
      if (seen.has(dependency.task)) continue;
      seen.add(dependency.task);
      const compared = await compareDependency(subject, dependency);
      const own = compared?.reasons.filter(({ reason }) => reason !== 'dependency-changed') ?? [
        { reason: 'no-entry' as const },
      ];
      if (own.length > 0) found.push({ task: dependency.task, reasons: own });
      if (compared !== undefined) queue.push(compared);
    }
  }
  return found;
}

interface ChangedDependency {
  readonly task: TaskId;
  /** Its key in the stored run; undefined when it was not a dependency then. */
  readonly storedKey: string | undefined;
}

function changedDependencies({ stored, reasons }: Compared): readonly ChangedDependency[] {
  const parsed = parseFingerprint(stored.fingerprint);
  const before: Readonly<Record<string, string>> =
    parsed?.kind === 'fingerprint' ? parsed.fingerprint.dependencies : {};
  return reasons.flatMap((reason) => {
    if (reason.reason !== 'dependency-changed') return [];
    return [...reason.modified, ...reason.added].map((task) => ({ task: task as TaskId, storedKey: before[task] }));
  });
}

/** The dependency now against the very run that the stored entry was built on, else against its nearest one. */
async function compareDependency(
  { predicted, engine }: WhySubject,
  { task, storedKey }: ChangedDependency,
): Promise<Compared | undefined> {
  const now = predicted.get(task)?.fingerprint;
  if (now === undefined) return undefined;
  const stored = await listStoredFingerprints(engine.cache.local, task, { limit: COMPARED_RUNS });
  const exact = stored.find(({ key }) => key === storedKey);
  if (exact !== undefined) return { stored: exact, reasons: (await compareWithStored(exact, now)) ?? [] };
  return findNearestStored(
    stored.filter(({ key }) => key !== now.key),
    now,
  );
}
