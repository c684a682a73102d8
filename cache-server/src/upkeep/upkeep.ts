import type { BodyHash, EntryStore, EntryUsage, StreamBlobStore } from '@tr/store';
import { unwrap } from '../session/store-problem.js';
import { chooseEvictions } from './choose-evictions.js';
import type { Ledger, Place, Quotas } from './ledger.js';

/** How long a blob that no entry names is spared: longer than any upload takes between body and entry. Milliseconds. */
const GRACE_MS = 60 * 60 * 1000;

/** A file that nothing was written to for this long belongs to a writer that is dead: idle connections are cut long before. */
const UNFINISHED_MS = 10 * 60 * 1000;

/** What upkeep works on. */
export interface UpkeepGround {
  readonly entries: EntryStore;
  readonly blobs: StreamBlobStore;
  readonly ledger: Ledger;
  readonly quotas: Quotas;
  /** Milliseconds since the epoch, by the clock of the store: with another one all blobs may seem old. */
  readonly now: () => number;
  /** Milliseconds; an hour unless a test says otherwise. */
  readonly graceMs?: number;
  /**
   * Other processes write to the store: a young blob is spared even when its entry has just been evicted, since another
   * server may be about to name it again.
   */
  readonly isShared?: boolean;
  /** Resolves when the ledger knows what the other processes of this server have told of. Left out: there are none. */
  readonly hearAll?: (() => Promise<void>) | undefined;
  readonly onEvicted: (count: number) => void;
}

/** What an upkeep did. */
export interface UpkeepReport {
  readonly keptEntries: number;
  readonly evictedEntries: number;
  /** Entries whose blob was gone. */
  readonly lostEntries: number;
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
    ground.ledger.onFull((place) => this.makeRoom(place));
  }

  /** Evicts until the place fits, if that can be done. */
  async makeRoom(place: Place): Promise<void> {
    // One that runs already has not heard of this place.
    await this.#running?.catch(() => {});
    await this.run(place);
  }

  /** One round; a round that is running is joined. */
  run(wanted?: Place): Promise<UpkeepReport> {
    this.#running ??= this.#round(wanted).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #round(wanted: Place | undefined): Promise<UpkeepReport> {
    const { entries, blobs, ledger, quotas, now, onEvicted, graceMs = GRACE_MS } = this.#ground;
    const began = performance.now();
    const usages: EntryUsage[] = [];
    unwrap(await entries.scan((usage) => usages.push(usage)));
    // The clock of a bucket is known once that has answered.
    const startedAt = now() - (performance.now() - began);
    const evicted = new Set<EntryUsage>();
    for (const usage of chooseEvictions(usages, { quotas, wanted, now: startedAt }))
      // Looking at all of them took a while: one that was stored anew or used since then stays.
      if (unwrap(await entries.evict(usage.name, usage.usedAt))) evicted.add(usage);
    const kept = usages.filter((usage) => !evicted.has(usage));
    ledger.replace(kept.map(({ name, body }) => ({ tenant: name.tenant, scope: name.scope, bytes: body.size })));
    if (evicted.size > 0) onEvicted(evicted.size);
    const swept = await blobs.sweepUnfinished?.(startedAt - UNFINISHED_MS);
    if (swept !== undefined) unwrap(swept);
    const foldersSwept = await entries.sweepFolders?.(startedAt - graceMs);
    if (foldersSwept !== undefined) unwrap(foldersSwept);
    const { removedBlobs, lost } = await this.#sweepBlobs(kept, evicted, startedAt);
    const lostEntries = await this.#removeLost(kept.filter(({ hasBlob, body }) => hasBlob && lost.has(body.hash)));
    return { keptEntries: kept.length - lostEntries, evictedEntries: evicted.size, lostEntries, removedBlobs };
  }

  /** Removes blobs that no entry names; `lost` are those that an entry names and that are not there. */
  async #sweepBlobs(
    kept: readonly EntryUsage[],
    evicted: ReadonlySet<EntryUsage>,
    startedAt: number,
  ): Promise<{ readonly removedBlobs: number; readonly lost: ReadonlySet<BodyHash> }> {
    const { blobs, ledger, graceMs = GRACE_MS, isShared = false } = this.#ground;
    const live = new Map<BodyHash, number>(
      kept.filter(({ hasBlob }) => hasBlob).map(({ body }) => [body.hash, body.size]),
    );
    const lost = new Set(live.keys());
    const freed = new Set<BodyHash>(isShared ? [] : [...evicted].map(({ body }) => body.hash));
    const candidates: { readonly hash: BodyHash; readonly youngAt: number }[] = [];
    unwrap(
      await blobs.scanBlobs(({ digest, youngAt }) => {
        if (live.get(digest.hash) === digest.size) lost.delete(digest.hash);
        const isYoung = youngAt > startedAt - graceMs && !(freed.has(digest.hash) && youngAt < startedAt);
        if (!live.has(digest.hash) && !isYoung) candidates.push({ hash: digest.hash, youngAt });
      }),
    );
    await this.#ground.hearAll?.();
    const recent = ledger.takeRecentBlobs();
    let removedBlobs = 0;
    for (const { hash, youngAt } of candidates) {
      if (recent.has(hash)) continue;
      if (unwrap(await blobs.deleteBlob(hash, youngAt))) removedBlobs++;
    }
    return { removedBlobs, lost };
  }

  /** Removes entries whose blob is gone, unless a writer has put it back by now. */
  async #removeLost(usages: readonly EntryUsage[]): Promise<number> {
    const { entries, blobs } = this.#ground;
    let removed = 0;
    for (const { name, body, usedAt } of usages) {
      if (unwrap(await blobs.findMissing([body])).length === 0) continue;
      if (unwrap(await entries.evict(name, usedAt))) removed++;
    }
    return removed;
  }
}
