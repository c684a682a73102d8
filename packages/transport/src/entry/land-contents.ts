import { digestOf, isSameDigest } from '@tr/hash';
import { ok, type Digest, type Manifest, type Sha256 } from '@tr/model';
import { listBlobs, locatePacked, type StoreResult, type StreamBlobStore } from '@tr/store';

/** Where the contents of one result go. */
export interface ContentLanding {
  /** Those of the manifest's contents that are not there. */
  findMissing(contents: readonly Digest[]): Promise<StoreResult<readonly Digest[]>>;
  /** Takes a content that was verified to be what its digest says. */
  put(bytes: Uint8Array, content: Digest): Promise<StoreResult<undefined>>;
  /** To be called when all that was missing has been put. False: the packs of the manifest are not made of its files. */
  finish(): Promise<StoreResult<boolean>>;
}

/** A pack whose contents come in. */
interface OpenPack {
  readonly name: Digest;
  /** A content that never comes leaves zeros, which the digest shows. */
  readonly bytes: Buffer;
  /** Contents that have come. */
  readonly come: Set<Sha256>;
}

/**
 * Contents travel each on their own, whatever blobs they lie in: the packs that the manifest names are made of the small ones
 * as they come, in their order: one pack at a time is in memory.
 */
export async function openContentLanding(
  blobs: StreamBlobStore,
  manifest: Manifest,
): Promise<StoreResult<ContentLanding>> {
  const { packs = [] } = manifest;
  const missing = await blobs.findMissing(packs);
  if (!missing.ok) return missing;
  const absent = new Set(missing.value.map(({ hash }) => hash));
  const places = locatePacked(manifest);
  const counts = packs.map(() => 0);
  for (const { pack } of places.values()) counts[pack] = (counts[pack] ?? 0) + 1;
  const open = new Map<number, OpenPack>();
  let areRight = true;
  // Without packs every content has a blob.
  const own = manifest.packs === undefined ? undefined : new Set<Sha256>(listBlobs(manifest).map(({ hash }) => hash));
  const isOwn = (hash: Sha256): boolean => own?.has(hash) !== false;
  const isWanted = (hash: Sha256): boolean => {
    const place = places.get(hash);
    const pack = place && packs[place.pack];
    return pack !== undefined && absent.has(pack.hash);
  };
  const store = async (at: number, { name, bytes }: OpenPack): Promise<StoreResult<unknown>> => {
    open.delete(at);
    if (isSameDigest(digestOf(bytes), name)) return await blobs.putBytes(bytes, name);
    areRight = false;
    return ok(undefined);
  };
  const pack = async (bytes: Uint8Array, { hash }: Digest): Promise<StoreResult<unknown>> => {
    const place = places.get(hash);
    const name = place && packs[place.pack];
    if (place === undefined || name === undefined || !absent.has(name.hash)) return ok(undefined);
    if (bytes.length !== place.end - place.start) {
      // Who wrote the manifest gave one digest two sizes.
      areRight = false;
      return ok(undefined);
    }
    let into = open.get(place.pack);
    if (into === undefined) open.set(place.pack, (into = { name, bytes: Buffer.alloc(name.size), come: new Set() }));
    into.bytes.set(bytes, place.start);
    into.come.add(hash);
    return into.come.size === counts[place.pack] ? await store(place.pack, into) : ok(undefined);
  };
  return ok({
    findMissing: async (contents) => {
      const lacking = await blobs.findMissing(contents.filter(({ hash }) => isOwn(hash)));
      if (!lacking.ok) return lacking;
      const wanted = new Set(lacking.value.map(({ hash }) => hash));
      return ok(contents.filter(({ hash }) => wanted.has(hash) || isWanted(hash)));
    },
    put: async (bytes, content) => {
      const packed = await pack(bytes, content);
      if (!packed.ok) return packed;
      if (!isOwn(content.hash)) return ok(undefined);
      const put = await blobs.putBytes(bytes, content);
      return put.ok ? ok(undefined) : put;
    },
    finish: async () => {
      for (const [at, half] of open) {
        const put = await store(at, half);
        if (!put.ok) return put;
      }
      return ok(areRight);
    },
  });
}
