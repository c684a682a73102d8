import { createGearTable } from './gear-table.js';

/** No cut before this many bytes, unless it is asked for. */
export const MIN_CHUNK = 256 * 1024;
/** Cuts are rare before this many bytes and frequent after. */
const AVERAGE_CHUNK = 1024 * 1024;
/** A cut here at the latest; what one request carries has room for it. */
export const MAX_CHUNK = 4 * 1024 * 1024;

/** 22 leading bits must be zero before the average size, 18 after: most chunks end close to it. */
const RARE_MASK = -1 << 10;
const FREQUENT_MASK = -1 << 14;

/** Takes a chunk. The bytes may be kept. */
export type ChunkSink = (bytes: Buffer) => void | Promise<void>;

/**
 * Cuts a stream where its content says so, so that bytes which moved keep their chunks: FastCDC (Xia et al., USENIX ATC
 * 2016) with a gear hash and normalised sizes. The same bytes and {@link cut} calls give the same chunks, however they
 * come in. Holds at most one chunk.
 */
export class Chunker {
  readonly #sink: ChunkSink;
  readonly #gear = createGearTable();
  #buffer = Buffer.allocUnsafe(MIN_CHUNK);
  #filled = 0;
  /** How far the buffer has been looked at, and the hash there. */
  #seen = 0;
  #hash = 0;

  constructor(sink: ChunkSink) {
    this.#sink = sink;
  }

  async push(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(bytes.length - at, MAX_CHUNK - this.#filled);
      this.#append(bytes.subarray(at, at + count));
      at += count;
      for (let end = this.#findCut(); end > 0; end = this.#findCut()) await this.#emit(end);
    }
  }

  /** Ends the chunk here, whatever its size; nothing happens between two chunks. */
  async cut(): Promise<void> {
    if (this.#filled > 0) await this.#emit(this.#filled);
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#filled + bytes.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(MAX_CHUNK, Math.max(needed, 2 * this.#buffer.length)));
      this.#buffer.copy(larger, 0, 0, this.#filled);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled = needed;
  }

  /** Where the chunk ends; 0 when that is not known yet. */
  #findCut(): number {
    const buffer = this.#buffer;
    const gear = this.#gear;
    const end = this.#filled;
    let at = Math.max(this.#seen, Math.min(MIN_CHUNK, end));
    let hash = this.#hash;
    for (const [limit, mask] of [
      [AVERAGE_CHUNK, RARE_MASK],
      [MAX_CHUNK, FREQUENT_MASK],
    ] as const) {
      const stop = Math.min(limit, end);
      while (at < stop) {
        hash = ((hash << 1) + (gear[buffer[at++] ?? 0] ?? 0)) | 0;
        if ((hash & mask) === 0) return at;
      }
    }
    this.#seen = at;
    this.#hash = hash;
    return at >= MAX_CHUNK ? MAX_CHUNK : 0;
  }

  async #emit(end: number): Promise<void> {
    const chunk = Buffer.from(this.#buffer.subarray(0, end));
    this.#buffer.copyWithin(0, end, this.#filled);
    this.#filled -= end;
    this.#seen = 0;
    this.#hash = 0;
    await this.#sink(chunk);
  }
}
