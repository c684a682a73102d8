import type { Disk } from '../disk.js';

/** So much is written at once, bytes: a call to another thread costs as much as writing some pages. */
const BATCH_BYTES = 256 * 1024;

/**
 * Writes the chunks of a stream in batches on another thread, so that receiving and hashing go on meanwhile. Memory: one batch
 * that is being written and one that is gathered. Chunks are not copied.
 */
export class BatchWriter {
  readonly #disk: Disk;
  readonly #file: number;
  readonly #release: ((chunk: Uint8Array) => void) | undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** Resolves to the trouble with the batch that is being written, if any. */
  #writing: Promise<unknown> | undefined;

  /** `release` is told of each chunk that was written. */
  constructor(disk: Disk, file: number, release?: (chunk: Uint8Array) => void) {
    this.#disk = disk;
    this.#file = file;
    this.#release = release;
  }

  /** The error of an earlier batch; undefined when all is well so far. */
  async add(chunk: Uint8Array): Promise<unknown> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes < BATCH_BYTES ? undefined : await this.#flush();
  }

  /** Writes what is left, at once: small contents are done before another thread would have begun. */
  async finish(): Promise<unknown> {
    const failure = await this.settle();
    if (failure !== undefined) return failure;
    try {
      for (const chunk of this.#chunks) {
        this.#disk.write(this.#file, chunk);
        this.#release?.(chunk);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Waits until nothing is being written, so that the file may be closed. */
  async settle(): Promise<unknown> {
    const failure = await this.#writing;
    return failure;
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
