import { ok, type StoreFailure } from '@tr/model';
import {
  dropArrivals,
  listArrivals,
  readArrivals,
  type ActionStore,
  type CacheFolder,
  type StreamBlobStore,
} from '@tr/store';

/** Where the entries that earlier runs have left go. */
export interface SettleRequest {
  readonly folder: CacheFolder;
  readonly blobs: StreamBlobStore;
  readonly actions: ActionStore;
}

/**
 * Puts the results that earlier runs have left as they came (see `Arrivals`) into the stores, verified. Flawed ones are dropped. May be
 * killed at any moment, and run twice at once. What cannot be stored now is left for the next time; files that cannot be got at, or
 * would be there again next time, are trouble. Never rejects for it.
 */
export async function settleArrivals(request: SettleRequest): Promise<StoreFailure | undefined> {
  const { folder } = request;
  const listed = listArrivals(folder);
  if (!listed.ok) return listed.failure;
  let trouble: StoreFailure | undefined;
  for (const path of listed.value) {
    // What a run does not load that finds nothing there.
    const { hasZstd, settleEntry } = await import('./settle-entry.js');
    if (!(await hasZstd())) break;
    let isSettled = true;
    for (const entry of readArrivals(folder, path)) isSettled = (await settleEntry(request, entry)) && isSettled;
    const dropped = isSettled ? dropArrivals(folder, path) : ok(undefined);
    if (!dropped.ok) trouble ??= dropped.failure;
  }
  return trouble;
}
