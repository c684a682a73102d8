import { ok } from '@tr/model';
import {
  dropArrivals,
  readArrivals,
  type ActionStore,
  type Arrival,
  type CacheFolder,
  type StreamBlobStore,
} from '@tr/store';
import {
  hasZstd,
  isWhole,
  openWholeEntry,
  parseEntryBytes,
  unpackStream,
  type ChunkSource,
  type EntryDocument,
} from '@tr/transport';

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
    if (!(await hasZstd())) return;
    let isSettled = true;
    for (const entry of entries) isSettled = (await settle(request, entry)) && isSettled;
    if (isSettled) dropArrivals(folder, path);
  }
}

/** False for one that is to be tried again. */
async function settle({ blobs, actions }: SettleRequest, { key, bytes }: Arrival): Promise<boolean> {
  const entry = parseEntryBytes(bytes, key);
  if (!entry.ok || !isWhole(entry.value)) return true;
  const whole = await openWholeEntry(entry.value);
  if (!whole.ok) return true;
  const { manifest } = whole.value;
  const unpacked = await unpackStream({ entry: entry.value, manifest, blobs, source: readInside(entry.value) });
  if (!unpacked.ok) return unpacked.failure.code === 'stream/flaw';
  // Blobs first, manifest last. What a task has left here since then counts more.
  const put = await actions.put(manifest);
  return put.ok;
}

function readInside({ chunks, inline }: EntryDocument): ChunkSource<never> {
  const inside = new Map(inline.map((bytes, at) => [chunks[at]?.hash, bytes]));
  return async function* (refs) {
    for (const { hash } of refs) yield await Promise.resolve(ok({ packed: inside.get(hash) ?? Buffer.alloc(0) }));
  };
}
