import type { Digest, Manifest } from '@tr/model';
import type { ChunkRef } from '../chunk/chunk.js';
import { listMembers } from '../tar/list-members.js';
import { paddingAfter, TAR_END_BYTES, tarHeaderLength } from '../tar/tar-header.js';

/** Where a content lies in the stream. */
export interface ContentPlace {
  readonly content: Digest;
  /** First byte and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/** Where each content of a stream lies, each once, in order; and how long the stream is. */
export interface StreamMap {
  readonly places: readonly ContentPlace[];
  readonly length: number;
}

/** Maps of manifests that are in use: one of 20,000 files takes 15 ms, and several steps of a restore need it. */
const maps = new WeakMap<Manifest, { readonly bytes: number; readonly map: StreamMap }>();

/** Computes the map from the manifest: nothing about it is taken from whoever sent the stream. */
export function mapStream(manifest: Manifest, manifestBytes: Digest): StreamMap {
  const known = maps.get(manifest);
  if (known?.bytes === manifestBytes.size && known.map.places[0]?.content.hash === manifestBytes.hash) return known.map;
  const map = computeMap(manifest, manifestBytes);
  maps.set(manifest, { bytes: manifestBytes.size, map });
  return map;
}

/** The same where nobody asks again: what {@link mapStream} remembers is only given back when V8 collects the whole heap. */
export function computeMap(manifest: Manifest, manifestBytes: Digest): StreamMap {
  const places: ContentPlace[] = [];
  const seen = new Set<string>();
  let at = 0;
  for (const { member, content } of listMembers(manifest, manifestBytes)) {
    at += tarHeaderLength(member);
    if (content === undefined) continue;
    if (!seen.has(content.hash)) places.push({ content, start: at, end: at + content.size });
    seen.add(content.hash);
    at += content.size + paddingAfter(content.size);
  }
  return { places, length: at + TAR_END_BYTES };
}

/** A chunk and the byte of the stream that it begins with. */
export interface PlacedChunk extends ChunkRef {
  readonly index: number;
  readonly start: number;
}

/** The chunks that hold any byte of `places` (which are in order), in order. */
export function findNeededChunks(chunks: readonly ChunkRef[], places: readonly ContentPlace[]): readonly PlacedChunk[] {
  const needed: PlacedChunk[] = [];
  const wanted = places.filter(({ start, end }) => end > start);
  let start = 0;
  let next = 0;
  chunks.forEach((chunk, index) => {
    const end = start + chunk.length;
    while ((wanted[next]?.end ?? Infinity) <= start) next++;
    if ((wanted[next]?.start ?? Infinity) < end) needed.push({ ...chunk, index, start });
    start = end;
  });
  return needed;
}

/** Bytes of the stream that the chunks stand for. */
export function lengthOf(chunks: readonly ChunkRef[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}
