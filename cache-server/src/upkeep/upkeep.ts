import type { Sha256 } from '@tr/model';
import type { EntryStore, EntryUsage, StreamBlobStore } from '@tr/store';
import { unwrap } from '../session/store-problem.js';
import { chooseEvictions } from './choose-evictions.js';
import type { Ledger, Place, Quotas } from './ledger.js';

/** How long a blob that no entry names is spared: longer than any upload takes between body and entry. Milliseconds. */
const GRACE_MS = 60 * 60 * 1000;

/** What upkeep works on. */
export interface UpkeepGround {
  readonly entries: EntryStore;
  readonly blobs: StreamBlobStore;
  readonly ledger: Ledger;
  readonly quotas: Quotas;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds; an hour unless a test says otherwise. */
  readonly graceMs?: number;
  readonly onEvicted: (count: number) => void;
}

/** What an upkeep did. */
export interface UpkeepReport {
  readonly keptEntries: number;
  readonly evictedEntries: number;
  readonly removedBlobs: number;
}

/**
 * Evicts entries (too old, over a quota), then removes blobs that no entry names. Entries go first and blobs last, and a
 * reader looks for the blob before it trusts an entry: so an entry never outlives its blob. Safe beside reads, writes and
 * the upkeep of other replicas: blobs younger than the grace time stay.
 */
export class Upkeep {
  readonly #ground: UpkeepGround;
  #running: Promise<UpkeepReport> | undefined;

  constructor(ground: UpkeepGround) {
    this.#ground = ground;
    ground.ledger.onFull(async (place) => {
      // One that runs already has not heard of this place.
      await this.#running?.catch(() => {});
      await this.run(place);
    });
  }

  /** One round; a round that is running is joined. */
  run(wanted?: Place): Promise<UpkeepReport> {
    this.#running ??= this.#round(wanted).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #round(wanted: Place | undefined): Promise<UpkeepReport> {
    const { entries, ledger, quotas, now, onEvicted } = this.#ground;
    const startedAt = now();
    const usages: EntryUsage[] = [];
    unwrap(await entries.scan((usage) => usages.push(usage)));
    const evicted = chooseEvictions(usages, { quotas, wanted, now: startedAt });
    for (const { name } of evicted) unwrap(await entries.delete(name));
    const kept = usages.filter((usage) => !evicted.has(usage));
    ledger.replace(kept.map(({ name, body }) => ({ tenant: name.tenant, scope: name.scope, bytes: body.size })));
    if (evicted.size > 0) onEvicted(evicted.size);
    const removedBlobs = await this.#sweepBlobs(kept, evicted, startedAt);
    return { keptEntries: kept.length, evictedEntries: evicted.size, removedBlobs };
  }

  async #sweepBlobs(kept: readonly EntryUsage[], evicted: ReadonlySet<EntryUsage>, startedAt: number): Promise<number> {
    const { blobs, ledger, graceMs = GRACE_MS } = this.#ground;
    const live = new Set<Sha256>(kept.filter(({ hasBlob }) => hasBlob).map(({ body }) => body.hash));
    const freed = new Set<Sha256>([...evicted].map(({ body }) => body.hash));
    const candidates: { readonly hash: Sha256; readonly youngAt: number }[] = [];
    unwrap(
      await blobs.scanBlobs(({ digest, youngAt }) => {
        const isYoung = youngAt > startedAt - graceMs && !(freed.has(digest.hash) && youngAt < startedAt);
        if (!live.has(digest.hash) && !isYoung) candidates.push({ hash: digest.hash, youngAt });
      }),
    );
    const recent = ledger.takeRecentBlobs();
    let removed = 0;
    for (const { hash, youngAt } of candidates) {
      if (recent.has(hash)) continue;
      if (unwrap(await blobs.deleteBlob(hash, youngAt))) removed++;
    }
    return removed;
  }
}
