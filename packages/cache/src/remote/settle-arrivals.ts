import { dropArrivals, readArrivals, type ActionStore, type CacheFolder, type StreamBlobStore } from '@tr/store';

/** Where the entries that earlier runs have left go. */
export interface SettleRequest {
  readonly folder: CacheFolder;
  readonly blobs: StreamBlobStore;
  readonly actions: ActionStore;
}

/**
 * Puts the results that earlier runs have left as they came (see `Arrivals`) into the stores, verified. Flawed ones are dropped. May be
 * killed at any moment, and run twice at once. Never rejects for trouble: what cannot be stored now is left for the next time.
 */
export async function settleArrivals(request: SettleRequest): Promise<void> {
  const { folder } = request;
  for (const { path, entries } of readArrivals(folder)) {
    // What a run does not load that finds nothing there.
    const { hasZstd, settleEntry } = await import('./settle-entry.js');
    if (!(await hasZstd())) return;
    let isSettled = true;
    for (const entry of entries) isSettled = (await settleEntry(request, entry)) && isSettled;
    if (isSettled) dropArrivals(folder, path);
  }
}
