import { errorCode } from '@tr/model';
import type { Disk } from '../disk.js';
import type { TempFile } from '../folder/write-file.js';
import { giveBackBatch, isWholeBatch, lendBatch } from './batch-memory.js';
import { BLOCK_BYTES, type DirectWrites } from './direct-writes.js';

/** So much of a stream is written on this thread, bytes: for that, waking another one costs as much as the writing. */
const OWN_THREAD_BYTES = 1024 * 1024;

/** What a stream goes through on its way to a file. */
export interface BatchWriterOptions {
  readonly disk: Disk;
  /** Makes the file, `direct` past the page cache. Asked for once, with the first batch or at the end. */
  readonly open: (how: 'create' | 'direct') => TempFile;
  /** Given all bytes, in order, before they are written. */
  readonly hash: (bytes: Uint8Array) => void;
  readonly direct: DirectWrites;
}

/** A file with all of a stream in it; undefined, and the error, when that went wrong. */
export interface Written {
  readonly temp: TempFile | undefined;
  readonly trouble?: unknown;
}

/**
 * Gathers the chunks of a stream in batches, which it hashes and writes. Through the page cache: those of the first MiB on this thread, the
 * rest on another one, so that receiving and hashing go on meanwhile. Directly: all on another thread. Memory: one batch that is gathered,
 * and one that is being written.
 */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  #batch = lendBatch();
  #filled = 0;
  #temp: TempFile | undefined;
  #isDirect = false;
  /** What was written or is being written, bytes. */
  #size = 0;
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
      const refused = this.#open();
      if (refused !== undefined) return refused;
      if (this.#own < this.#filled) return this.#addLater(chunk.subarray(at));
      this.#own -= this.#filled;
      const failure = this.#write();
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** Writes what is left: through the page cache on this thread, as small contents are done before another one would have begun. */
  async finish(): Promise<Written> {
    const trouble =
      (await this.#writing) ?? this.#open() ?? (this.#isDirect ? await this.#writeBlocks() : this.#write());
    return trouble === undefined && this.#temp !== undefined ? { temp: this.#temp } : { temp: undefined, trouble };
  }

  /**
   * Waits until nothing is being written, and gives the memory back. To be called once, at the end. Resolves to the file, if it was made: it
   * may be closed now.
   */
  async dispose(): Promise<TempFile | undefined> {
    await this.#writing;
    giveBackBatch(this.#batch);
    return this.#temp;
  }

  #fill(chunk: Uint8Array, from: number): number {
    const length = Math.min(this.#batch.length - this.#filled, chunk.length - from);
    this.#batch.set(length === chunk.length ? chunk : chunk.subarray(from, from + length), this.#filled);
    this.#filled += length;
    return length;
  }

  /** Makes the file, when that is still to be done. Only a stream that fills a batch is written directly. */
  #open(): unknown {
    if (this.#temp !== undefined) return undefined;
    const { open, direct } = this.#options;
    this.#isDirect = direct.areWanted && this.#filled === this.#batch.length && isWholeBatch(this.#batch);
    if (this.#isDirect) this.#own = 0;
    return troubleOf(() => (this.#temp = open(this.#isDirect ? 'direct' : 'create')));
  }

  get #file(): number {
    if (this.#temp === undefined) throw new Error('written before it was made');
    return this.#temp.file;
  }

  /** What was gathered, hashed; the next batch begins. */
  #takeBatch(): Uint8Array {
    const bytes = this.#batch.subarray(0, this.#filled);
    this.#options.hash(bytes);
    this.#size += this.#filled;
    this.#filled = 0;
    return bytes;
  }

  /** Writes the batch on this thread. */
  #write(): unknown {
    if (this.#filled === 0) return undefined;
    const { disk, direct } = this.#options;
    const bytes = this.#takeBatch();
    const startedAt = performance.now();
    const trouble = troubleOf(() => disk.write(this.#file, bytes));
    direct.noteThrough(bytes.length, performance.now() - startedAt);
    return trouble;
  }

  /** Writes the batch while the next one is gathered, `rest` first. */
  async #addLater(rest: Uint8Array): Promise<unknown> {
    // From here on this thread would overtake the other one, also with a smaller batch.
    this.#own = 0;
    const bytes = this.#takeBatch();
    const failure = await this.#writing;
    if (failure !== undefined) return failure;
    const batch = this.#batch;
    const next = lendBatch();
    this.#writing = this.#writeLater(bytes);
    // Crowded times, and the disk takes no such memory: nothing is gathered meanwhile.
    if (this.#isDirect && !isWholeBatch(next)) return (await this.#writing) ?? this.add(rest);
    this.#batch = next;
    this.#writing = this.#writing.finally(() => giveBackBatch(batch));
    return this.add(rest);
  }

  /** The last batch of what is written directly: whole blocks, of which the file keeps what there is. */
  async #writeBlocks(): Promise<unknown> {
    const filled = this.#filled;
    if (filled === 0) return undefined;
    this.#takeBatch();
    const trouble = await this.#writeLater(this.#batch.fill(0, filled).subarray(0, toBlocks(filled)));
    return trouble ?? troubleOf(() => this.#options.disk.truncate(this.#file, this.#size));
  }

  /** Resolves to the trouble, if any. */
  async #writeLater(bytes: Uint8Array): Promise<unknown> {
    const { disk, direct } = this.#options;
    if (this.#isDirect) direct.noteDirect(bytes.length);
    try {
      await disk.writeLater(this.#file, bytes);
    } catch (error) {
      // Or each large body would be refused so until the kernel's memory is tried again.
      if (this.#isDirect && errorCode(error) === 'EINVAL') direct.noteRefused();
      return error;
    }
    return undefined;
  }
}

/** What `step` threw, if anything. */
function troubleOf(step: () => unknown): unknown {
  try {
    step();
  } catch (error) {
    return error;
  }
  return undefined;
}

function toBlocks(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}
