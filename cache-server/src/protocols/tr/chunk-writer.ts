import type { Digest } from '@tr/model';

/** Chunks of one request that are written at once: a bucket takes a tenth of a second for each. */
const PARALLEL = 4;
/** Chunks of all requests that are written beside another one of theirs: they are in memory, about 1 MiB each. */
const MAX_BESIDE = 16;

/** What to do with the chunks of one request. */
export interface ChunkWrites {
  /** Called in the order of the chunks, one after the other, when there is room for the next one. */
  readonly read: (chunk: Digest) => Promise<Uint8Array>;
  readonly write: (chunk: Digest, bytes: Uint8Array) => Promise<unknown>;
}

/** Writes the chunks of requests, some of each at once, within a memory that does not grow with the number of requests. */
export class ChunkWriter {
  #beside = 0;

  /** Throws what a read or a write throws first; then nothing is under way any more, and later chunks are not read. */
  async writeAll(chunks: readonly Digest[], { read, write }: ChunkWrites): Promise<void> {
    const writing = new Set<Promise<void>>();
    const flaws: unknown[] = [];
    try {
      for (const chunk of chunks) {
        while (writing.size > 0 && (writing.size >= PARALLEL || this.#beside >= MAX_BESIDE))
          await Promise.race(writing);
        if (flaws.length > 0) break;
        const bytes = await read(chunk);
        const done = this.#count(writing.size > 0, () => write(chunk, bytes))
          .catch((error: unknown) => void flaws.push(error))
          .finally(() => writing.delete(done));
        writing.add(done);
      }
    } finally {
      await Promise.all(writing);
    }
    if (flaws.length > 0) throw flaws[0];
  }

  async #count(isBeside: boolean, work: () => Promise<unknown>): Promise<void> {
    if (isBeside) this.#beside++;
    try {
      await work();
    } finally {
      if (isBeside) this.#beside--;
    }
  }
}
