import { fail, ok, type Digest, type Manifest } from '@tr/model';
import type { BlobStore } from '../ports.js';
import type { StoreResult } from '../trouble.js';
import { locatePacked } from './packed-files.js';

/** The contents of one stored result, wherever its blobs have them. */
export interface EntryBlobs extends Pick<BlobStore, 'read' | 'readBytes' | 'localFile'> {
  /** A content that this process has in memory already, verified. */
  held?(digest: Digest): Uint8Array | undefined;
}

/**
 * Reads contents of a result by their digests: those in its pack from there, the others from blobs of their own. The pack is
 * read once, and verified like every blob; a manifest that was parsed fits its pack.
 */
export function openEntryBlobs(blobs: EntryBlobs, manifest: Manifest): EntryBlobs {
  const { pack } = manifest;
  if (pack === undefined) return blobs;
  const places = locatePacked(manifest);
  let reading: Promise<StoreResult<Uint8Array>> | undefined;
  let bytes: Uint8Array | undefined;
  const readPacked = async (digest: Digest): Promise<StoreResult<Uint8Array> | undefined> => {
    const place = places.get(digest.hash);
    if (place === undefined) return undefined;
    const whole = await (reading ??= blobs.readBytes(pack));
    if (!whole.ok) return whole;
    bytes = whole.value;
    return ok(bytes.subarray(place.start, place.end));
  };
  return {
    held: (digest) => {
      const place = places.get(digest.hash);
      return place && bytes?.subarray(place.start, place.end);
    },
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
