import { compareStrings, type ActionKey, type Digest } from '@tr/model';

/** How much a cache may keep. */
export interface CacheLimits {
  /** Bytes of blobs and manifests; undefined = no bound. */
  readonly maxBytes: number | undefined;
  /** Entries not used for this long go, milliseconds; undefined = no bound. */
  readonly maxAgeMs: number | undefined;
}

/** A stored entry as gc sees it. */
export interface EntryUse {
  readonly key: ActionKey;
  /** Last use, milliseconds since the epoch. */
  readonly usedAt: number;
  /** Size of the manifest itself, bytes. */
  readonly ownBytes: number;
  readonly blobs: readonly Digest[];
}

/**
 * Keys to evict: what is too old, then the least recently used until the rest fits. A blob that several entries share
 * counts once, and is freed with the last of them. `now` in milliseconds since the epoch.
 */
export function chooseEvictions(
  entries: readonly EntryUse[],
  limits: CacheLimits,
  now: number,
): ReadonlySet<ActionKey> {
  const evicted = new Set<ActionKey>();
  const oldestFirst = [...entries].sort((a, b) => a.usedAt - b.usedAt || compareStrings(a.key, b.key));
  const shares = countShares(entries);
  let bytes = entries.reduce((sum, entry) => sum + entry.ownBytes, 0);
  for (const { size } of shares.values()) bytes += size;
  for (const entry of oldestFirst) {
    const isOld = limits.maxAgeMs !== undefined && now - entry.usedAt > limits.maxAgeMs;
    const isTooMuch = limits.maxBytes !== undefined && bytes > limits.maxBytes;
    if (!isOld && !isTooMuch) break;
    evicted.add(entry.key);
    bytes -= entry.ownBytes;
    for (const { hash } of entry.blobs) {
      const share = shares.get(hash);
      if (share !== undefined && --share.count === 0) bytes -= share.size;
    }
  }
  return evicted;
}

function countShares(entries: readonly EntryUse[]): Map<string, { count: number; readonly size: number }> {
  const shares = new Map<string, { count: number; readonly size: number }>();
  for (const { hash, size } of entries.flatMap((entry) => entry.blobs)) {
    const share = shares.get(hash);
    if (share === undefined) shares.set(hash, { count: 1, size });
    else share.count++;
  }
  return shares;
}
