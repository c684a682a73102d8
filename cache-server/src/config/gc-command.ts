import { Ledger } from '../upkeep/ledger.js';
import { Upkeep } from '../upkeep/upkeep.js';
import { openServerStore } from './open-store.js';
import type { ServeRequest } from './serve-request.js';
import { quotasOf, type ServeContext } from './serve.js';
import { withStore } from './with-store.js';

/** `gc`: one round of eviction, safe while servers use the store. Prints what it did. */
export async function runGc(request: ServeRequest, { print, now }: Omit<ServeContext, 'log'>): Promise<void> {
  const store = await openServerStore(request, now);
  const quotas = quotasOf(request);
  const { entries, blobs } = store;
  // A command never is the only one: servers may be writing.
  const upkeep = new Upkeep({
    entries,
    blobs,
    ledger: new Ledger(quotas),
    quotas,
    now: store.now,
    isShared: true,
    onEvicted: () => undefined,
  });
  try {
    const report = await withStore(
      () => request,
      () => upkeep.run(),
    );
    const { keptEntries, evictedEntries, lostEntries, removedBlobs } = report;
    print(
      `${keptEntries} entries kept, ${evictedEntries} evicted, ${lostEntries} removed because their blob was gone.`,
    );
    print(`${removedBlobs} blobs removed.`);
  } finally {
    store.close();
  }
}
