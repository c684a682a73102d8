/**
 * Log of one task held back until it ends. Over the limit the bytes are let go and only counted: the log is on disk
 * anyway and is read back from there.
 */
export class LogBuffer {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** `limit` in bytes; Infinity keeps everything. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  push(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.overflowed) this.#chunks = [];
    else this.#chunks.push(bytes);
  }

  /** Bytes seen, kept or not. */
  get size(): number {
    return this.#size;
  }

  get overflowed(): boolean {
    return this.#size > this.#limit;
  }

  /** The bytes kept, in order; none after an overflow. */
  get chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }
}
