import { digestOf, isSameDigest, sha256 } from '@tr/hash';
import { ok, type Digest, type Manifest, type Sha256 } from '@tr/model';
import {
  ContentBuffer,
  createPacer,
  listBlobs,
  locatePacked,
  type PackedPlace,
  type StoreResult,
  type StreamBlobStore,
} from '@tr/store';

/** Where the contents of one result go. */
export interface ContentLanding {
  /** Those of the manifest's contents that are not there. */
  findMissing(contents: readonly Digest[]): Promise<StoreResult<readonly Digest[]>>;
  /** Takes a content that was verified to be what its digest says. */
  put(bytes: Uint8Array, content: Digest): Promise<StoreResult<undefined>>;
  /** To be called when all that was missing has been put. False: the packs of the manifest are not made of its files. */
  arePacksMade(): boolean;
}

/**
 * Contents travel each on their own, whatever blobs they lie in: the packs that the manifest names are made of the small ones
 * as they come, in their order: one pack at a time is in memory.
 */
export async function openContentLanding(
  blobs: StreamBlobStore,
  manifest: Manifest,
): Promise<StoreResult<ContentLanding>> {
  const places = locatePacked(manifest);
  const lacking = await findLackingPacks(blobs, manifest.packs ?? [], places);
  if (!lacking.ok) return lacking;
  const packs = new MissingPacks(blobs, { packs: lacking.value, places });
  // Without packs every content has a blob.
  const own = manifest.packs === undefined ? undefined : new Set<Sha256>(listBlobs(manifest).map(({ hash }) => hash));
  const isOwn = (hash: Sha256): boolean => own?.has(hash) !== false;
  return ok({
    findMissing: async (contents) => {
      const missing = await blobs.findMissing(contents.filter(({ hash }) => isOwn(hash)));
      if (!missing.ok) return missing;
      const wanted = new Set(missing.value.map(({ hash }) => hash));
      return ok(contents.filter(({ hash }) => wanted.has(hash) || packs.wants(hash)));
    },
    put: async (bytes, content) => {
      const packed = await packs.add(bytes, content);
      if (!packed.ok) return packed;
      if (!isOwn(content.hash)) return ok(undefined);
      const put = await blobs.putBytes(bytes, content);
      return put.ok ? ok(undefined) : put;
    },
    arePacksMade: () => packs.areMade,
  });
}

type Places = ReadonlyMap<Sha256, PackedPlace>;

/**
 * Packs by their numbers that cannot be read, or are there but hold other contents than the manifest says: who wrote it may have
 * named any blob. What is restored is not compared with its own digest again.
 */
async function findLackingPacks(
  blobs: StreamBlobStore,
  packs: readonly Digest[],
  places: Places,
): Promise<StoreResult<ReadonlyMap<number, Digest>>> {
  const missing = await blobs.findMissing(packs);
  if (!missing.ok) return missing;
  const absent = new Set(missing.value.map(({ hash }) => hash));
  const contents = packs.map((): [Sha256, PackedPlace][] => []);
  for (const content of places) contents[content[1].pack]?.push(content);
  const lacking = new Map<number, Digest>();
  const buffer = new ContentBuffer();
  const pacer = createPacer();
  for (const [at, pack] of packs.entries()) {
    const whole = absent.has(pack.hash) ? undefined : await blobs.readBytes(pack, buffer);
    const isOf = ([hash, { start, end }]: [Sha256, PackedPlace]): boolean =>
      whole?.ok === true && sha256(whole.value.subarray(start, end)) === hash;
    if (contents[at]?.every(isOf) !== true) lacking.set(at, pack);
    await pacer.turn();
  }
  return ok(lacking);
}

/** A pack that is not there. */
interface MissingPack {
  readonly name: Digest;
  /** Contents that have not come. */
  readonly left: Set<Sha256>;
  /** From its first content until its last. */
  bytes: Buffer | undefined;
}

/** Makes the packs that are not there of their contents, and stores each that has them all. */
class MissingPacks {
  readonly #blobs: StreamBlobStore;
  readonly #places: Places;
  /** By their numbers; without those that were made. */
  readonly #packs = new Map<number, MissingPack>();

  constructor(
    blobs: StreamBlobStore,
    { packs, places }: { readonly packs: ReadonlyMap<number, Digest>; readonly places: Places },
  ) {
    this.#blobs = blobs;
    this.#places = places;
    for (const [at, name] of packs) this.#packs.set(at, { name, left: new Set(), bytes: undefined });
    for (const [hash, { pack }] of places) this.#packs.get(pack)?.left.add(hash);
  }

  /** True when all have been made. */
  get areMade(): boolean {
    return this.#packs.size === 0;
  }

  wants(hash: Sha256): boolean {
    const place = this.#places.get(hash);
    return place !== undefined && this.#packs.get(place.pack)?.left.has(hash) === true;
  }

  /** Takes a content, whoever wants it. */
  async add(bytes: Uint8Array, { hash }: Digest): Promise<StoreResult<unknown>> {
    const place = this.#places.get(hash);
    const pack = place && this.#packs.get(place.pack);
    if (place === undefined || pack === undefined) return ok(undefined);
    // Who wrote the manifest gave one digest two sizes: that pack is never made.
    if (bytes.length !== place.end - place.start) return ok(undefined);
    pack.bytes ??= Buffer.alloc(pack.name.size);
    pack.bytes.set(bytes, place.start);
    pack.left.delete(hash);
    if (pack.left.size > 0) return ok(undefined);
    const whole = pack.bytes;
    pack.bytes = undefined;
    if (!isSameDigest(digestOf(whole), pack.name)) return ok(undefined);
    this.#packs.delete(place.pack);
    return await this.#blobs.putBytes(whole, pack.name);
  }
}
