import { digestOf, isSameDigest } from '@tr/hash';
import { ok, type Digest, type Manifest, type Result, type Sha256 } from '@tr/model';
import { fromManifestBytes } from '@tr/store';
import { TAR_BLOCK } from '../tar/tar-header.js';
import type { EntryDocument } from './entry-document.js';
import { computeMap, lengthOf, type ContentPlace } from './stream-map.js';
import { flaw, unpackAnew, type StreamFlaw } from './unpack-stream.js';

/** Longer streams are not held in memory at once, bytes. */
const MAX_WHOLE = 512 * 1024;

/** A result whose whole stream came inside its entry. */
export interface WholeEntry {
  readonly manifest: Manifest;
  /** The bytes of a content, verified; undefined when they are others, or it is none of the result. */
  readonly read: (content: Digest) => Buffer | undefined;
}

/** True when nothing of the stream lies outside the entry, and it is short enough to be held in memory. */
export function isWhole({ chunks, inline }: EntryDocument): boolean {
  return inline.length === chunks.length && lengthOf(chunks) <= MAX_WHOLE;
}

/** Opens an entry that {@link isWhole}: its manifest is verified here, as `unpackManifest` does it, each content when it is read. */
export async function openWholeEntry(entry: EntryDocument): Promise<Result<WholeEntry, StreamFlaw>> {
  const pieces: Buffer[] = [];
  for (const [at, chunk] of entry.chunks.entries()) {
    const raw = await unpackAnew(chunk, { packed: entry.inline[at] ?? Buffer.alloc(0) });
    if (!raw.ok) return raw;
    pieces.push(raw.value);
  }
  const stream = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  const bytes = stream.subarray(TAR_BLOCK, TAR_BLOCK + entry.manifest.size);
  if (!isSameDigest(digestOf(bytes), entry.manifest)) return flaw('a manifest with another digest');
  const manifest = fromManifestBytes(bytes, entry.actionKey);
  if (!manifest.ok) return flaw(manifest.failure.detail);
  const map = computeMap(manifest.value, entry.manifest);
  if (stream.length !== map.length) return flaw('chunks that do not add up to the stream');
  const places = new Map<Sha256, ContentPlace>(map.places.map((place) => [place.content.hash, place]));
  return ok({
    manifest: manifest.value,
    read: (content) => {
      const place = places.get(content.hash);
      const found = place && stream.subarray(place.start, place.end);
      return found !== undefined && isSameDigest(digestOf(found), content) ? found : undefined;
    },
  });
}
