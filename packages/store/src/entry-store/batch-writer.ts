import type { Disk } from '../disk.js';

/** So much is written at once, bytes: a call to another thread costs as much as writing some pages. */
const BATCH_BYTES = 256 * 1024;

/** So much of a stream is written at once, on this thread, bytes: for that, waking another one costs as much as the writing. */
const AT_ONCE_BYTES = 1024 * 1024;

/**
 * Writes the chunks of a stream, the first MiB as they come, the rest in batches on another thread, so that receiving and
 * hashing go on meanwhile. Memory: one batch that is being written and one that is gathered. Chunks are not copied.
 */
export class BatchWriter {
  readonly #disk: Disk;
  readonly #file: number;
  readonly #release: ((chunk: Uint8Array) => void) | undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #atOnce = AT_ONCE_BYTES;
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
    if (chunk.length <= this.#atOnce) {
      this.#atOnce -= chunk.length;
      return this.#write(chunk);
    }
    this.#atOnce = 0;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes < BATCH_BYTES ? undefined : this.#flush();
  }

  /** Writes what is left, at once: small contents are done before another thread would have begun. */
  async finish(): Promise<unknown> {
    const failure = await this.settle();
    if (failure !== undefined) return failure;
    for (const chunk of this.#chunks) {
      const trouble = this.#write(chunk);
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  }

  /** Waits until nothing is being written, so that the file may be closed. */
  async settle(): Promise<unknown> {
    const failure = await this.#writing;
    return failure;
  }

  #write(chunk: Uint8Array): unknown {
    try {
      this.#disk.write(this.#file, chunk);
    } catch (error) {
      return error;
    }
    this.#release?.(chunk);
    return undefined;
  }

  async #flush(): Promise<unknown> {
    const failure = await this.settle();
    if (failure !== undefined) return failure;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    this.#writing = this.#disk.writeLater(this.#file, chunks).then(
      () => {
        for (const chunk of chunks) this.#release?.(chunk);
        return undefined;
      },
      (error: unknown) => error,
    );
    return undefined;
  }
}
