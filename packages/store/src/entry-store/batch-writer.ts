import type { Disk } from '../disk.js';

/**
 * So much is written at once, bytes: the kernel takes pages by the dozen when it is given enough, and what was received first is
 * still in the processor's cache.
 */
const BATCH_BYTES = 256 * 1024;
/** Chunks of a batch at most: a client that sends byte by byte makes many small ones, each with its object. */
const BATCH_CHUNKS = 64;

/** So much of a stream is written on this thread, bytes: for that, waking another one costs as much as the writing. */
const OWN_THREAD_BYTES = 1024 * 1024;

/**
 * Writes the chunks of a stream in batches, those of the first MiB on this thread, the rest on another one, so that receiving and
 * hashing go on meanwhile. Memory: one batch that is being written and one that is gathered. Chunks are not copied.
 */
export class BatchWriter {
  readonly #disk: Disk;
  readonly #file: number;
  readonly #release: ((chunk: Uint8Array) => void) | undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** How much is still to be written on this thread. */
  #own = OWN_THREAD_BYTES;
  /** Resolves to the trouble with the batch that is being written, if any. */
  #writing: Promise<unknown> | undefined;

  /** `release` is told of each chunk that was written. */
  constructor(disk: Disk, file: number, release?: (chunk: Uint8Array) => void) {
    this.#disk = disk;
    this.#file = file;
    this.#release = release;
  }

  /** The error of this chunk or of an earlier batch, or a promise of that; undefined when all is well so far. */
  add(chunk: Uint8Array): unknown {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < BATCH_BYTES && this.#chunks.length < BATCH_CHUNKS) return undefined;
    this.#own -= this.#bytes;
    return this.#own >= 0 ? this.#writeBatch() : this.#writeBatchLater();
  }

  /** Writes what is left, at once: small contents are done before another thread would have begun. */
  async finish(): Promise<unknown> {
    const failure = await this.settle();
    return failure ?? this.#writeBatch();
  }

  /** Waits until nothing is being written, so that the file may be closed. */
  async settle(): Promise<unknown> {
    const failure = await this.#writing;
    return failure;
  }

  #takeBatch(): readonly Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    return chunks;
  }

  #writeBatch(): unknown {
    const chunks = this.#takeBatch();
    try {
      this.#disk.writeMany(this.#file, chunks);
    } catch (error) {
      return error;
    }
    this.#releaseAll(chunks);
    return undefined;
  }

  async #writeBatchLater(): Promise<unknown> {
    const failure = await this.settle();
    if (failure !== undefined) return failure;
    const chunks = this.#takeBatch();
    this.#writing = this.#disk.writeLater(this.#file, chunks).then(
      () => this.#releaseAll(chunks),
      (error: unknown) => error,
    );
    return undefined;
  }

  #releaseAll(chunks: readonly Uint8Array[]): undefined {
    for (const chunk of chunks) this.#release?.(chunk);
  }
}
