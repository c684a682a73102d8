import { readFileSync } from 'node:fs';
import { digestOf, isSameDigest } from '@tr/hash';
import { fail, ok } from '@tr/model';
import type { BodyDigest, BodyStore } from '../body-store.js';
import type { StoredBlob } from '../ports.js';
import { attempt, type StoreResult } from '../trouble.js';

/** Blobs in memory, for tests and for callers that must not touch a disk. `blobs` may be shared and tampered with. */
export function createMemoryBlobStore(blobs: Map<string, Uint8Array> = new Map()): BodyStore {
  const put = (bytes: Uint8Array): StoreResult<StoredBlob> => {
    const digest = digestOf(bytes);
    const added = blobs.get(digest.hash)?.length !== digest.size;
    if (added) blobs.set(digest.hash, Uint8Array.from(bytes));
    return ok({ digest, added });
  };
  const get = (digest: BodyDigest): StoreResult<Uint8Array> => {
    const bytes = blobs.get(digest.hash);
    if (bytes === undefined) return fail({ code: 'store/missing', kind: 'blob', name: digest.hash });
    if (isSameDigest(digestOf(bytes), digest)) return ok(bytes);
    blobs.delete(digest.hash);
    return fail({ code: 'store/corrupt', kind: 'blob', name: digest.hash, detail: 'other content' });
  };
  return {
    findMissing: async (digests) => ok(digests.filter((digest) => blobs.get(digest.hash)?.length !== digest.size)),
    read: async (digest, sink) => {
      const bytes = get(digest);
      if (!bytes.ok) return bytes;
      await sink(bytes.value);
      return ok(undefined);
    },
    readBytes: async (digest) => get(digest),
    putBytes: async (bytes) => put(bytes),
    putFile: async (path) => {
      const bytes = attempt(path, () => readFileSync(path));
      return bytes.ok ? put(bytes.value) : bytes;
    },
    localFile: async () => ok(undefined),
  };
}
