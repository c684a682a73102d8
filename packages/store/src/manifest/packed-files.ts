import { PACKED_FILE_BYTES, type Manifest, type ManifestEntry, type Sha256 } from '@tr/model';

/** Where a content lies in a pack: its first byte and the one after its last. */
export interface PackedPlace {
  readonly start: number;
  readonly end: number;
}

/** True for a file whose content lies in the pack of its manifest. */
export function isPacked({ pack }: Pick<Manifest, 'pack'>, entry: ManifestEntry & { readonly type: 'file' }): boolean {
  return pack !== undefined && entry.digest.size <= PACKED_FILE_BYTES;
}

/** The contents of a pack in their order, by digest. Empty for a manifest without one. */
export function locatePacked(manifest: Pick<Manifest, 'entries' | 'pack'>): ReadonlyMap<Sha256, PackedPlace> {
  const places = new Map<Sha256, PackedPlace>();
  if (manifest.pack === undefined) return places;
  let start = 0;
  for (const entry of manifest.entries) {
    if (entry.type !== 'file' || !isPacked(manifest, entry)) continue;
    const { hash, size } = entry.digest;
    if (places.has(hash)) continue;
    places.set(hash, { start, end: start + size });
    start += size;
  }
  return places;
}

/** How long the pack of these contents is. */
export function packedBytes(places: ReadonlyMap<Sha256, PackedPlace>): number {
  let bytes = 0;
  for (const { end } of places.values()) bytes = end;
  return bytes;
}
