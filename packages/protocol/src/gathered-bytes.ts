/** The least memory that is taken at once, bytes. */
const LEAST_BYTES = 1024;

/**
 * Bytes that come in pieces, put together at once: a list of pieces would take many times its bytes when the other side sends them one by
 * one.
 */
export class GatheredBytes {
  #memory = Buffer.alloc(0);
  #size = 0;

  /** How many have come. */
  get size(): number {
    return this.#size;
  }

  /** What has come so far. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#size);
  }

  /** Adds a copy of a piece. `expected` is how many bytes there will be, as far as is known. */
  add(piece: Uint8Array, expected = 0): void {
    const size = this.#size + piece.length;
    if (size > this.#memory.length) this.#grow(Math.max(size, expected, 2 * this.#memory.length, LEAST_BYTES));
    this.#memory.set(piece, this.#size);
    this.#size = size;
  }

  #grow(length: number): void {
    const memory = Buffer.allocUnsafeSlow(length);
    memory.set(this.bytes);
    this.#memory = memory;
  }
}
