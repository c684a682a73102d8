import { parseJsonBytes } from '@tr/hash';
import {
  isRecord,
  type ActionKey,
  type Digest,
  type MissReason,
  type Sha256,
  type TaskFingerprint,
  type TaskId,
} from '@tr/model';
import type { LocalTier } from './tier.js';

/** The fingerprint of a stored entry. Written by anybody: its owner validates it. */
export interface StoredFingerprint {
  readonly key: ActionKey;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly fingerprint: unknown;
  /** The blob of its external closure; undefined when it has none. */
  readonly closure: Digest | undefined;
  /** What that blob says, `name@version` -> integrity; undefined when there is none, or it cannot be read. */
  readonly readClosure: () => Promise<Readonly<Record<string, string>> | undefined>;
}

/** A stored fingerprint and how it differs from the one at hand. */
export interface NearestFingerprint {
  readonly stored: StoredFingerprint;
  readonly reasons: readonly MissReason[];
}

/** Says how a fingerprint differs from stored ones of the same task (newest first); never empty. */
export type ExplainMiss = (
  stored: readonly StoredFingerprint[],
  current: TaskFingerprint,
) => Promise<readonly MissReason[]>;

/** Which entries of a task to read. */
export interface StoredChoice {
  /** At most so many of the newest. */
  readonly limit: number;
  /** Comes before them, however old it is. */
  readonly first?: ActionKey | undefined;
}

/** Fingerprints of the newest entries of a task, newest first; what cannot be read is left out. */
export async function listStoredFingerprints(
  tier: LocalTier,
  task: TaskId,
  { limit, first }: StoredChoice,
): Promise<readonly StoredFingerprint[]> {
  if (!tier.policy.read) return [];
  const keys = await tier.actions.listByTask(task, limit);
  const found: StoredFingerprint[] = [];
  for (const key of new Set([first, ...(keys.ok ? keys.value : [])])) {
    if (key === undefined) continue;
    const stored = await loadFingerprint(tier, task, key);
    if (stored !== undefined) found.push(stored);
  }
  return found;
}

/**
 * The stored fingerprint with the fewest changed names, the first of several; undefined when `compare` could read
 * none. `compare` returns undefined for a record that it cannot read.
 */
export async function findNearestFingerprint(
  stored: readonly StoredFingerprint[],
  compare: (stored: StoredFingerprint) => Promise<readonly MissReason[] | undefined>,
): Promise<NearestFingerprint | undefined> {
  let nearest: (NearestFingerprint & { readonly distance: number }) | undefined;
  for (const candidate of stored) {
    const reasons = await compare(candidate);
    if (reasons === undefined) continue;
    const distance = reasons.reduce((sum, reason) => sum + countChanges(reason), 0);
    if (nearest === undefined || distance < nearest.distance) nearest = { stored: candidate, reasons, distance };
  }
  return nearest && { stored: nearest.stored, reasons: nearest.reasons };
}

function countChanges(reason: MissReason): number {
  if (!('added' in reason)) return 1;
  return Math.max(reason.added.length + reason.removed.length + reason.modified.length, 1);
}

async function loadFingerprint(tier: LocalTier, task: TaskId, key: ActionKey): Promise<StoredFingerprint | undefined> {
  const entry = await tier.actions.get(key);
  if (!entry.ok || entry.value === undefined || entry.value.manifest.task !== task) return undefined;
  const { fingerprint, externalClosure, createdAt } = entry.value.manifest;
  const text = await tier.blobs.readBytes(fingerprint);
  if (!text.ok) return undefined;
  const readClosure: StoredFingerprint['readClosure'] = async () => {
    const bytes = externalClosure && (await tier.blobs.readBytes(externalClosure));
    return bytes?.ok === true ? toStringMap(parseJsonBytes(bytes.value)) : undefined;
  };
  return { key, createdAt, fingerprint: parseJsonBytes(text.value), closure: externalClosure, readClosure };
}

/** The blob in which the closure that this fingerprint names was stored for an earlier one. */
export function findStoredClosure(
  stored: readonly StoredFingerprint[],
  digest: Sha256 | undefined,
): Digest | undefined {
  const namesIt = ({ fingerprint }: StoredFingerprint): boolean =>
    isRecord(fingerprint) && fingerprint['externalClosure'] === digest;
  return digest === undefined ? undefined : stored.find(namesIt)?.closure;
}

function toStringMap(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.values(value).every((item) => typeof item === 'string') ? (value as Record<string, string>) : undefined;
}
