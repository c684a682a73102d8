import type { Disk } from '../disk.js';

/**
 * So much is hashed and written at once, bytes: BLAKE3 takes three quarters of the time of pieces of 64 KiB that begin anywhere, and
 * all of it is still in the processor's cache when it is written. The kernel takes large pieces of memory for it, but none as large as for
 * 256 KiB: once files fill the memory, looking for those costs twice the writing.
 */
const BATCH_BYTES = 192 * 1024;
/** So much of a stream is written on this thread, bytes: for that, waking another one costs as much as the writing. */
const OWN_THREAD_BYTES = 1024 * 1024;
/** Batches that are gathered at once, and whose memory is kept: the kernel would have to find and clear its pages each time. */
const MAX_LENT = 128;
/** Batches of streams that come when so many are under way, bytes: a thousand slow clients have to fit into memory. */
const CROWDED_BYTES = 64 * 1024;

const free: Buffer[] = [];
let lent = 0;

/** What a stream goes through on its way to a file. */
export interface BatchWriterOptions {
  readonly disk: Disk;
  /** Empty, and open for writing. */
  readonly file: number;
  /** Given all bytes, in order, before they are written. */
  readonly hash: (bytes: Uint8Array) => void;
}

/**
 * Gathers the chunks of a stream in batches, which it hashes and writes: those of the first MiB on this thread, the rest on another
 * one, so that receiving and hashing go on meanwhile. Memory: one batch that is gathered, and one that is being written.
 */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  #batch = lend();
  #filled = 0;
  /** How much is still to be written on this thread. */
  #own = OWN_THREAD_BYTES;
  /** Resolves to the trouble with the batch that is being written, if any. */
  #writing: Promise<unknown> | undefined;

  constructor(options: BatchWriterOptions) {
    this.#options = options;
  }

  /**
   * The error of this chunk or of an earlier batch, or a promise of that; undefined when all is well so far. The chunk was copied
   * when it is known.
   */
  add(chunk: Uint8Array): unknown {
    for (let at = 0; at < chunk.length;) {
      at += this.#fill(chunk, at);
      if (this.#filled < this.#batch.length) break;
      if (this.#own < this.#filled) return this.#addLater(chunk.subarray(at));
      this.#own -= this.#filled;
      const failure = this.#writeBatch();
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** Writes what is left, at once: small contents are done before another thread would have begun. */
  async finish(): Promise<unknown> {
    const failure = await this.#writing;
    return failure ?? this.#writeBatch();
  }

  /** Waits until nothing is being written, so that the file may be closed, and gives the memory back. To be called once, at the end. */
  async dispose(): Promise<void> {
    await this.#writing;
    giveBack(this.#batch);
  }

  #fill(chunk: Uint8Array, from: number): number {
    const length = Math.min(this.#batch.length - this.#filled, chunk.length - from);
    this.#batch.set(length === chunk.length ? chunk : chunk.subarray(from, from + length), this.#filled);
    this.#filled += length;
    return length;
  }

  /** What was gathered, hashed; the next batch begins. */
  #takeBatch(): Uint8Array {
    const bytes = this.#batch.subarray(0, this.#filled);
    this.#options.hash(bytes);
    this.#filled = 0;
    return bytes;
  }

  #writeBatch(): unknown {
    if (this.#filled === 0) return undefined;
    const { disk, file } = this.#options;
    try {
      disk.write(file, this.#takeBatch());
    } catch (error) {
      return error;
    }
    return undefined;
  }

  /** Writes the batch while the next one is gathered, `rest` first. */
  async #addLater(rest: Uint8Array): Promise<unknown> {
    // From here on this thread would overtake the other one, also with a smaller batch.
    this.#own = 0;
    const bytes = this.#takeBatch();
    const failure = await this.#writing;
    if (failure !== undefined) return failure;
    const batch = this.#batch;
    this.#batch = lend();
    this.#writing = writeLater(this.#options, bytes).finally(() => giveBack(batch));
    return this.add(rest);
  }
}

/** Resolves to the trouble, if any. */
async function writeLater({ disk, file }: BatchWriterOptions, bytes: Uint8Array): Promise<unknown> {
  try {
    await disk.writeLater(file, bytes);
  } catch (error) {
    return error;
  }
  return undefined;
}

function lend(): Buffer {
  // Not from Node's pool, of which one part would keep the whole.
  if (lent >= MAX_LENT) return Buffer.allocUnsafeSlow(CROWDED_BYTES);
  lent++;
  return free.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES);
}

function giveBack(batch: Buffer): void {
  if (batch.length < BATCH_BYTES) return;
  lent--;
  free.push(batch);
}
