import { PACKED_FILE_BYTES, type Digest, type Manifest, type ManifestEntry, type Sha256 } from '@tr/model';

/** Bytes from which a pack ends where it may. Part of the manifest format. */
const ENOUGH_PACK_BYTES = 256 * 1024;
/** Most bytes a pack may have. Part of the manifest format. */
export const MAX_PACK_BYTES = 1024 * 1024;
/** How the SHA-256 of a content begins that a pack may end with: that of one in sixteen. Part of the manifest format. */
const LAST_CONTENT = '0';

/** Where a content lies: the number of its pack, its first byte there and the one after its last. */
export interface PackedPlace {
  readonly pack: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Says where each of the contents lies that are packed one after the other. Where a pack ends depends on what is in it, so that
 * a content that comes, goes or changes leaves the packs before and after it as they are (content-defined chunking, by whole
 * contents).
 */
export class PackCutter {
  #pack = 0;
  #end = 0;
  #isFull = false;

  next({ hash, size }: Digest): PackedPlace {
    if (this.#isFull || this.#end + size > MAX_PACK_BYTES) {
      this.#pack += 1;
      this.#end = 0;
    }
    const start = this.#end;
    this.#end += size;
    this.#isFull = this.#end >= ENOUGH_PACK_BYTES && hash.startsWith(LAST_CONTENT);
    return { pack: this.#pack, start, end: this.#end };
  }
}

/** True for a file whose content lies in a pack of its manifest. */
export function isPacked(
  { packs }: Pick<Manifest, 'packs'>,
  entry: ManifestEntry & { readonly type: 'file' },
): boolean {
  return packs !== undefined && entry.digest.size <= PACKED_FILE_BYTES;
}

/** The contents of all packs in their order, by digest. Empty for a manifest without packs. */
export function locatePacked(manifest: Pick<Manifest, 'entries' | 'packs'>): ReadonlyMap<Sha256, PackedPlace> {
  const places = new Map<Sha256, PackedPlace>();
  if (manifest.packs === undefined) return places;
  const cutter = new PackCutter();
  for (const entry of manifest.entries)
    if (entry.type === 'file' && isPacked(manifest, entry) && !places.has(entry.digest.hash))
      places.set(entry.digest.hash, cutter.next(entry.digest));
  return places;
}

/** How long the packs of these contents are. */
export function packSizes(places: ReadonlyMap<Sha256, PackedPlace>): readonly number[] {
  const sizes: number[] = [];
  for (const { pack, end } of places.values()) sizes[pack] = end;
  return sizes;
}
