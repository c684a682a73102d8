/** Bytes of a buffer: what is read from a file and written to a socket at once. */
export const LENT_BYTES = 1024 * 1024;
/** Buffers that are lent at once. */
const MAX_LENT = 64;

/** A buffer that somebody holds. */
export interface LentBuffer {
  readonly bytes: Buffer;
  /** To be called by each holder, once, when it looks at the buffer and writes to it no more. */
  giveBack(): void;
}

/**
 * Buffers that answers are read into. Fresh ones of this size cost more than the reading: the kernel has to find and clear
 * their pages each time. There are only so many, which bounds what slow readers can hold.
 */
export class LentBuffers {
  readonly #free: Buffer[] = [];
  #lent = 0;

  /**
   * A buffer of {@link LENT_BYTES}; undefined when all are lent. It is lent again when so many holders have given it back: the
   * one that fills it may still be at that when the one who sends it has given up.
   */
  lend(holders: number): LentBuffer | undefined {
    if (this.#lent >= MAX_LENT) return undefined;
    this.#lent++;
    // Not from the pool of small buffers: whoever gets a chunk tells by its memory that it is a lent one.
    const bytes = this.#free.pop() ?? Buffer.allocUnsafeSlow(LENT_BYTES);
    let left = holders;
    return {
      bytes,
      giveBack: () => {
        if (--left > 0) return;
        this.#lent--;
        this.#free.push(bytes);
      },
    };
  }
}
