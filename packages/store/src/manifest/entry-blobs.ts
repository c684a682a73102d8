import { fail, ok, type Digest, type Manifest, type ManifestEntry } from '@tr/model';
import type { BlobStore } from '../ports.js';
import type { StoreResult } from '../trouble.js';
import { locatePacked } from './packed-files.js';

/** Packs of one result that are in memory: most contents are asked for in their order. */
const PACKS_KEPT = 3;

/** The contents of one stored result, wherever its blobs have them. */
export interface EntryBlobs extends Pick<BlobStore, 'read' | 'readBytes' | 'localFile'> {
  /** A content that this process has in memory already, verified. */
  held?(digest: Digest): Uint8Array | undefined;
  /** The same entries in the order in which each pack is read once: equal contents lie in one place, wherever their files do. */
  inOrder?(entries: readonly ManifestEntry[]): readonly ManifestEntry[];
}

/**
 * Reads contents of a result by their digests: those in its packs from there, the others from blobs of their own. A pack is
 * read at once, and verified like every blob; a manifest that was parsed fits its packs.
 */
export function openEntryBlobs(blobs: EntryBlobs, manifest: Manifest): EntryBlobs {
  const { packs } = manifest;
  if (packs === undefined) return blobs;
  const places = locatePacked(manifest);
  const kept = new Map<number, Uint8Array>();
  const reading = new Map<number, Promise<StoreResult<Uint8Array>>>();
  const readPack = async (at: number, pack: Digest): Promise<StoreResult<Uint8Array>> => {
    const whole = await blobs.readBytes(pack);
    reading.delete(at);
    if (!whole.ok) return whole;
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size >= PACKS_KEPT) kept.delete(oldest);
    kept.set(at, whole.value);
    return whole;
  };
  const held = ({ hash }: Digest): Uint8Array | undefined => {
    const place = places.get(hash);
    return place && kept.get(place.pack)?.subarray(place.start, place.end);
  };
  const readPacked = async (digest: Digest): Promise<StoreResult<Uint8Array> | undefined> => {
    const place = places.get(digest.hash);
    const pack = place && packs[place.pack];
    if (place === undefined || pack === undefined) return undefined;
    const here = held(digest);
    if (here !== undefined) return ok(here);
    let whole = reading.get(place.pack);
    if (whole === undefined) reading.set(place.pack, (whole = readPack(place.pack, pack)));
    const read = await whole;
    return read.ok ? ok(read.value.subarray(place.start, place.end)) : read;
  };
  const inOrder = (entries: readonly ManifestEntry[]): readonly ManifestEntry[] => {
    if (packs.length <= PACKS_KEPT) return entries;
    const others: ManifestEntry[] = [];
    const byPack = packs.map((): ManifestEntry[] => []);
    for (const entry of entries) {
      const place = entry.type === 'file' ? places.get(entry.digest.hash) : undefined;
      ((place && byPack[place.pack]) ?? others).push(entry);
    }
    return [others, ...byPack].flat();
  };
  return {
    held,
    inOrder,
    readBytes: async (digest, buffer) => (await readPacked(digest)) ?? blobs.readBytes(digest, buffer),
    read: async (digest, sink, buffer) => {
      const packed = await readPacked(digest);
      if (packed === undefined) return await blobs.read(digest, sink, buffer);
      if (!packed.ok) return fail(packed.failure);
      await sink(packed.value);
      return ok(undefined);
    },
    localFile: async (digest, executable) =>
      places.has(digest.hash) ? ok(undefined) : blobs.localFile(digest, executable),
  };
}
