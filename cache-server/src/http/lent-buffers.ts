/** Bytes of a buffer: what is read from a file and written to a socket at once. */
export const LENT_BYTES = 1024 * 1024;
/** Buffers that are lent at once. */
const MAX_LENT = 64;

/**
 * Buffers that answers are read into. Fresh ones of this size cost more than the reading: the kernel has to find and clear
 * their pages each time. There are only so many, which bounds what slow readers can hold.
 */
export class LentBuffers {
  readonly #free: Buffer[] = [];
  #lent = 0;

  /** A buffer of {@link LENT_BYTES} to give back; undefined when all are lent. */
  lend(): Buffer | undefined {
    if (this.#lent >= MAX_LENT) return undefined;
    this.#lent++;
    // Not from the pool of small buffers: whoever gets a chunk tells by its memory that it is a lent one.
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(LENT_BYTES);
  }

  /** Nobody may hold a view of it any more. */
  giveBack(buffer: Buffer): void {
    this.#lent--;
    this.#free.push(buffer);
  }
}
