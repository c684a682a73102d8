import { findNearest, type NearestFingerprint, type StoredFingerprint } from '@tr/cache';
import { diffFingerprints, parseFingerprint } from '@tr/fingerprint';
import type { MissReason, TaskFingerprint, TaskId } from '@tr/model';

/** Difference of a stored fingerprint to the one at hand; undefined when the stored one is not a fingerprint. */
export function compareWithStored(
  stored: StoredFingerprint,
  current: TaskFingerprint,
): readonly MissReason[] | undefined {
  const parsed = parseFingerprint(stored.fingerprint);
  if (parsed === undefined) return undefined;
  if (parsed.kind === 'unknown-version') {
    return [{ reason: 'format-changed', stored: parsed.version, current: current.fingerprint.formatVersion }];
  }
  const before = stored.externalClosure === undefined ? undefined : { packages: stored.externalClosure };
  return diffFingerprints(parsed.fingerprint, current.fingerprint, { before, after: current.externalClosure });
}

/** The stored fingerprint that differs least; undefined when none can be compared. */
export function findNearestStored(
  stored: readonly StoredFingerprint[],
  current: TaskFingerprint,
): NearestFingerprint | undefined {
  return findNearest(stored, (candidate) => compareWithStored(candidate, current));
}

/** Explains the misses of one run, in the order of dependencies. */
export interface MissExplainer {
  readonly explain: (stored: readonly StoredFingerprint[], current: TaskFingerprint) => readonly MissReason[];
}

/** Remembers who diverged first, so that a dependent's miss names that task and not only its neighbour. */
export function createMissExplainer(): MissExplainer {
  const roots = new Map<TaskId, string>();
  return {
    explain: (stored, current) => {
      const nearest = findNearestStored(stored, current);
      if (nearest === undefined || nearest.reasons.length === 0) return [{ reason: 'no-entry' }];
      const reasons = nearest.reasons.map((reason) =>
        reason.reason === 'dependency-changed' ? { ...reason, root: findRoot(reason, roots) } : reason,
      );
      const [first] = reasons;
      const inherited = reasons.length === 1 && first?.reason === 'dependency-changed' ? first.root : undefined;
      roots.set(current.task, inherited ?? current.task);
      return reasons;
    },
  };
}

function findRoot(
  reason: Extract<MissReason, { reason: 'dependency-changed' }>,
  roots: ReadonlyMap<TaskId, string>,
): string | undefined {
  const [dependency] = [...reason.modified, ...reason.added];
  return dependency === undefined ? undefined : (roots.get(dependency as TaskId) ?? dependency);
}
