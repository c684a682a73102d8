/**
 * A stored result on its way between machines: manifest and blobs <-> tar stream <-> chunks.
 * Owns: the deterministic tar stream, content-defined chunking, the zstd codec, the entry document and its signature.
 * Refuses: knowing where chunks are stored and how they get there.
 * Terms: the stream is the tar of a result; a chunk is a piece of it as one zstd frame; an entry lists the chunks.
 */
export { Chunker, MAX_CHUNK, MIN_CHUNK, type ChunkSink } from './chunk/chunker.js';
export type { Chunk, ChunkRef } from './chunk/chunk.js';
export {
  listOuterChunks,
  MAX_CHUNKS,
  MAX_ENTRY_BYTES,
  MAX_INLINE,
  MAX_MANIFEST_BYTES_ON_WIRE,
  parseEntryBytes,
  toEntryBytes,
  type EntryDocument,
  type EntryFlaw,
  type EntrySignature,
} from './entry/entry-document.js';
export {
  findSignatureFlaw,
  parseSigningKey,
  parseTrustedKeys,
  signManifest,
  type SigningKey,
  type TrustedKeys,
} from './entry/entry-signature.js';
export { packStream, type PackSink } from './entry/pack-stream.js';
export { readContents, type ContentSink, type ReadContentsRequest } from './entry/read-contents.js';
export { lengthOf, mapStream, type ContentPlace, type StreamMap } from './entry/stream-map.js';
export {
  unpackManifest,
  unpackStream,
  type ChunkBytes,
  type ChunkSource,
  type StreamFlaw,
  type Unpacked,
  type UnpackRequest,
} from './entry/unpack-stream.js';
export { isWhole, openWholeEntry, type WholeEntry } from './entry/whole-entry.js';
export { readExport, type ExactReader, type ExportFlaw, type ImportRequest } from './export/read-export.js';
export { writeExport, type ExportRequest } from './export/write-export.js';
export { digestManifest, LARGE_CONTENT, type StreamRequest } from './tar/write-stream.js';
export { boundFrame } from './zstd/frame-bound.js';
export { hasZstd, loadZstd, type FrameFlaw, type Zstd } from './zstd/zstd.js';
