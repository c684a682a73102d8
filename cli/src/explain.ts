import { findNearestFingerprint, type ExplainMiss, type NearestFingerprint, type StoredFingerprint } from '@tr/cache';
import { diffFingerprints, parseFingerprint } from '@tr/fingerprint';
import type { MissReason, TaskFingerprint, TaskId } from '@tr/model';

/** Difference of a stored fingerprint to the one at hand; undefined when the stored one is not a fingerprint. */
export async function compareWithStored(
  stored: StoredFingerprint,
  current: TaskFingerprint,
): Promise<readonly MissReason[] | undefined> {
  const parsed = parseFingerprint(stored.fingerprint);
  if (parsed === undefined) return undefined;
  if (parsed.kind === 'unknown-version') {
    return [{ reason: 'format-changed', stored: parsed.version, current: current.fingerprint.formatVersion }];
  }
  const isSameClosure = parsed.fingerprint.externalClosure === current.fingerprint.externalClosure;
  const before = isSameClosure ? undefined : await stored.readClosure();
  const after = isSameClosure ? undefined : await current.externalClosure?.readPackages();
  return diffFingerprints(parsed.fingerprint, current.fingerprint, { before, after });
}

/** The stored fingerprint that differs least; undefined when none can be compared. */
export function findNearestStored(
  stored: readonly StoredFingerprint[],
  current: TaskFingerprint,
): Promise<NearestFingerprint | undefined> {
  return findNearestFingerprint(stored, (candidate) => compareWithStored(candidate, current));
}

/**
 * Explains the misses of one run, in the order of dependencies. It remembers who diverged first, so that a dependent's miss
 * names that task and not only its neighbour.
 */
export function createMissExplainer(): ExplainMiss {
  const explained = new Map<TaskId, Promise<Explained>>();
  return async (stored, current) => {
    const work = explainMiss(stored, current, explained);
    explained.set(current.task, work);
    return (await work).reasons;
  };
}

interface Explained {
  readonly reasons: readonly MissReason[];
  /** The task that diverged first; undefined when nothing can be compared. */
  readonly root: string | undefined;
}

async function explainMiss(
  stored: readonly StoredFingerprint[],
  current: TaskFingerprint,
  explained: ReadonlyMap<TaskId, Promise<Explained>>,
): Promise<Explained> {
  const nearest = await findNearestStored(stored, current);
  if (nearest === undefined || nearest.reasons.length === 0)
    return { reasons: [{ reason: 'no-entry' }], root: undefined };
  const reasons: MissReason[] = [];
  for (const reason of nearest.reasons)
    reasons.push(
      reason.reason === 'dependency-changed' ? { ...reason, root: await findRoot(reason, explained) } : reason,
    );
  const [first] = reasons;
  const inherited = reasons.length === 1 && first?.reason === 'dependency-changed' ? first.root : undefined;
  return { reasons, root: inherited ?? current.task };
}

async function findRoot(
  reason: Extract<MissReason, { reason: 'dependency-changed' }>,
  explained: ReadonlyMap<TaskId, Promise<Explained>>,
): Promise<string | undefined> {
  const [dependency] = [...reason.modified, ...reason.added];
  return dependency === undefined ? undefined : ((await explained.get(dependency as TaskId))?.root ?? dependency);
}
