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
 * Contents travel each on their own, whatever blobs they lie in: small ones are kept until the pack that the manifest names
 * can be made of them.
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
  const kept = new Map<Sha256, Uint8Array>();
  return ok({
    findMissing: async (contents) => {
      const lacking = await blobs.findMissing(contents.filter(({ hash }) => isOwn(hash)));
      if (!lacking.ok) return lacking;
      const wanted = new Set(lacking.value.map(({ hash }) => hash));
      return ok(contents.filter(({ hash }) => wanted.has(hash) || (isPackMissing && places.has(hash))));
    },
    put: async (bytes, content) => {
      const { hash } = content;
      if (places.has(hash)) kept.set(hash, Uint8Array.from(bytes));
      if (!isOwn(hash)) return ok(undefined);
      const put = await blobs.putBytes(bytes, content);
      return put.ok ? ok(undefined) : put;
    },
    finish: async () => {
      if (pack === undefined || !isPackMissing) return ok(true);
      const bytes = Buffer.concat([...places.keys()].map((hash) => kept.get(hash) ?? Buffer.alloc(0)));
      if (!isSameDigest(digestOf(bytes), pack)) return ok(false);
      const put = await blobs.putBytes(bytes, pack);
      return put.ok ? ok(true) : fail<StoreFailure>(put.failure);
    },
  });
}
