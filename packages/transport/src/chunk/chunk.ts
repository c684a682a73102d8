import type { Digest } from '@tr/model';
import { MAX_CHUNK } from './chunker.js';

/** A piece of a stream as it is stored: one zstd frame, named by the SHA-256 of the frame. */
export interface ChunkRef extends Digest {
  /** Bytes of the stream that it stands for. */
  readonly length: number;
}

/** A chunk with its bytes. */
export interface Chunk extends ChunkRef {
  readonly bytes: Uint8Array;
}

/** A frame is never larger than what zstd makes of random bytes. */
export const MAX_FRAME = MAX_CHUNK + (MAX_CHUNK >> 8) + 1024;
