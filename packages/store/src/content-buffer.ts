/** The least that is worth keeping for the next content. */
const LEAST_BYTES = 256 * 1024;

/** Memory for one content after the other: to have new memory for each takes the system as long as to read it. */
export class ContentBuffer {
  #bytes = Buffer.alloc(0);

  /** So many bytes, in place of what was had before. */
  take(size: number): Buffer {
    if (this.#bytes.length < size) this.#bytes = Buffer.allocUnsafeSlow(Math.max(size, LEAST_BYTES));
    return this.#bytes.subarray(0, size);
  }
}
