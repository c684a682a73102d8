import { ok } from '@tr/model';
import type { Arrival } from '@tr/store';
import {
  isWhole,
  openWholeEntry,
  parseEntryBytes,
  unpackStream,
  type ChunkSource,
  type EntryDocument,
} from '@tr/transport';
import type { SettleRequest } from './settle-arrivals.js';

export { hasZstd } from '@tr/transport';

/** Puts one entry into the stores, verified; a flawed one is dropped. False for one that is to be tried again. */
export async function settleEntry({ blobs, actions }: SettleRequest, { key, bytes }: Arrival): Promise<boolean> {
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
