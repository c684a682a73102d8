import type { Digest } from '@tr/model';
import type { StreamBlobStore } from '@tr/store';
import type { ChunkIndex, LocalChunk } from './chunk-index.js';
import type { LocalChunks } from './fetch-chunks.js';

/** The chunks that an index finds in blobs that are still there. */
export function openLocalChunks(blobs: StreamBlobStore, index: ChunkIndex): LocalChunks {
  return {
    async findAll(refs) {
      const found = new Map<string, LocalChunk>();
      const owners = new Map<string, Digest>();
      for (const { hash, length } of refs) {
        const place = index.find(hash);
        if (place?.length !== length) continue;
        found.set(hash, place);
        owners.set(place.blob.hash, place.blob);
      }
      if (found.size === 0) return found;
      const missing = await blobs.findMissing([...owners.values()]);
      const gone = new Set(missing.ok ? missing.value.map(({ hash }) => hash) : owners.keys());
      for (const [hash, { blob }] of found) if (gone.has(blob.hash)) found.delete(hash);
      return found;
    },
    async read({ blob, start, length }) {
      const pieces: Uint8Array[] = [];
      await blobs.readRange(blob, { start, end: start + length - 1 }, (piece) => void pieces.push(piece));
      return Buffer.concat(pieces);
    },
  };
}
