import type { EntryUsage } from '@tr/store';
import { scopeQuota, slotOf, type Place, type Quotas } from './ledger.js';

const MIB = 1024 * 1024;
/** Each doubling of the seconds saved per MiB is worth this much time since the last use, milliseconds. */
const VALUE_STEP_MS = 6 * 60 * 60 * 1000;
/** After an eviction this share of a quota is used, so that the next write does not evict again. */
const TARGET_SHARE = 0.9;

/**
 * What an entry is worth, as a point in time: its last use, and later the more it saves per byte. A large entry that
 * saves little goes before a small one that saves much, unless it was used much later. The lowest goes first.
 */
function worthOf({ usedAt, durationMs, body }: EntryUsage): number {
  const seconds = (durationMs ?? 1000) / 1000;
  const perMib = seconds / (Math.max(body.size, 1) / MIB);
  return usedAt + VALUE_STEP_MS * Math.log2(1 + perMib);
}

/** What to make room for besides what is stored. */
export interface EvictionRequest {
  readonly quotas: Quotas;
  readonly wanted: Place | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Entries to evict: what is too old, then by worth, what is over the quota of its scope, then over the total. */
export function chooseEvictions(
  usages: readonly EntryUsage[],
  { quotas, wanted, now }: EvictionRequest,
): ReadonlySet<EntryUsage> {
  const evicted = new Set<EntryUsage>();
  const { maxAgeMs, totalBytes } = quotas;
  if (maxAgeMs !== undefined) {
    for (const usage of usages) if (now - usage.usedAt > maxAgeMs) evicted.add(usage);
  }
  const byWorth = usages
    .filter((usage) => !evicted.has(usage))
    .map((usage) => ({ usage, worth: worthOf(usage) }))
    .sort((a, b) => a.worth - b.worth)
    .map(({ usage }) => usage);
  for (const [slot, inScope] of groupBySlot(byWorth)) {
    const quota = scopeQuota(quotas, inScope[0]?.name.scope ?? '');
    const extra = wanted !== undefined && slotOf(wanted) === slot ? wanted.bytes : 0;
    if (quota !== undefined) evictDownTo({ usages: inScope, limit: quota, extra, evicted });
  }
  if (totalBytes !== undefined) {
    const left = byWorth.filter((usage) => !evicted.has(usage));
    evictDownTo({ usages: left, limit: totalBytes, extra: wanted?.bytes ?? 0, evicted });
  }
  return evicted;
}

function evictDownTo(options: {
  readonly usages: readonly EntryUsage[];
  readonly limit: number;
  readonly extra: number;
  readonly evicted: Set<EntryUsage>;
}): void {
  const { usages, limit, extra, evicted } = options;
  let bytes = extra + usages.reduce((sum, { body }) => sum + body.size, 0);
  // What cannot fit even alone evicts nothing.
  if (bytes <= limit || extra > limit) return;
  const target = Math.max(limit * TARGET_SHARE, extra);
  for (const usage of usages) {
    if (bytes <= target) return;
    evicted.add(usage);
    bytes -= usage.body.size;
  }
}

function groupBySlot(usages: readonly EntryUsage[]): Map<string, EntryUsage[]> {
  const groups = new Map<string, EntryUsage[]>();
  for (const usage of usages) {
    const slot = slotOf(usage.name);
    const group = groups.get(slot);
    if (group === undefined) groups.set(slot, [usage]);
    else group.push(usage);
  }
  return groups;
}
