import { digestOf, isSameDigest } from '@tr/hash';
import { fail, ok, type Digest, type Manifest, type Sha256, type StoreFailure } from '@tr/model';
import { listBlobs, locatePacked, type StoreResult, type StreamBlobStore } from '@tr/store';

/** Where the contents of one result go. */
export interface ContentLanding {
  /** Those of the manifest's contents that are not there. */
  findMissing(contents: readonly Digest[]): Promise<StoreResult<readonly Digest[]>>;
  /** Takes a content that was verified to be what its digest says. */
  put(bytes: Uint8Array, content: Digest): Promise<StoreResult<undefined>>;
  /** To be called when all that was missing has been put. False: the pack of the manifest is not made of its files. */
  finish(): Promise<StoreResult<boolean>>;
}

/**
 * Contents travel each on their own, whatever blobs they lie in: the pack that the manifest names is made of the small ones
 * as they come.
 */
export async function openContentLanding(
  blobs: StreamBlobStore,
  manifest: Manifest,
): Promise<StoreResult<ContentLanding>> {
  const { pack } = manifest;
  const missing = await blobs.findMissing(pack === undefined ? [] : [pack]);
  if (!missing.ok) return missing;
  const isPackMissing = missing.value.length > 0;
  const places = locatePacked(manifest);
  // Without a pack every content has a blob.
  const own = pack === undefined ? undefined : new Set<Sha256>(listBlobs(manifest).map(({ hash }) => hash));
  const isOwn = (hash: Sha256): boolean => own?.has(hash) !== false;
  // A content that never comes leaves zeros, which the digest shows.
  const packed = isPackMissing && pack !== undefined ? Buffer.alloc(pack.size) : undefined;
  return ok({
    findMissing: async (contents) => {
      const lacking = await blobs.findMissing(contents.filter(({ hash }) => isOwn(hash)));
      if (!lacking.ok) return lacking;
      const wanted = new Set(lacking.value.map(({ hash }) => hash));
      return ok(contents.filter(({ hash }) => wanted.has(hash) || (isPackMissing && places.has(hash))));
    },
    put: async (bytes, content) => {
      const { hash } = content;
      const place = places.get(hash);
      if (place !== undefined) packed?.set(bytes, place.start);
      if (!isOwn(hash)) return ok(undefined);
      const put = await blobs.putBytes(bytes, content);
      return put.ok ? ok(undefined) : put;
    },
    finish: async () => {
      if (pack === undefined || packed === undefined) return ok(true);
      if (!isSameDigest(digestOf(packed), pack)) return ok(false);
      const put = await blobs.putBytes(packed, pack);
      return put.ok ? ok(true) : fail<StoreFailure>(put.failure);
    },
  });
}
