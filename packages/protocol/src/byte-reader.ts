import { GatheredBytes } from './gathered-bytes.js';

/** Thrown when a stream ends too early or says something that cannot be: the other side's fault. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError';
}

/** Reads a stream in pieces of known length, holding no more than the caller asks for. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #left: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The bytes before the next line feed, which is dropped. */
  async line(limit: number): Promise<Buffer> {
    const line = new GatheredBytes();
    for (;;) {
      const end = this.#left.indexOf(0x0a);
      const piece = end === -1 ? this.#left : this.#left.subarray(0, end);
      if (line.size + piece.length > limit) throw new BrokenStreamError('a line that is too long');
      line.add(piece);
      if (end !== -1) {
        this.#left = this.#left.subarray(end + 1);
        return line.bytes;
      }
      if (!(await this.#fill())) throw new BrokenStreamError('a stream that ends in its first line');
    }
  }

  /** Exactly `length` bytes, as they come. Must be read to its end before anything else is. */
  async *stream(length: number): AsyncIterable<Uint8Array> {
    for (let left = length; left > 0;) {
      if (this.#left.length === 0 && !(await this.#fill())) throw new BrokenStreamError('a stream that is cut');
      const piece = this.#left.subarray(0, left);
      this.#left = this.#left.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Exactly `length` bytes at once. */
  async bytes(length: number): Promise<Buffer> {
    const gathered = new GatheredBytes();
    for await (const piece of this.stream(length)) gathered.add(piece, length);
    return gathered.bytes;
  }

  /** True when no byte is left. */
  async isAtEnd(): Promise<boolean> {
    return this.#left.length === 0 && !(await this.#fill());
  }

  /** Throws unless this is the end. */
  async end(): Promise<void> {
    if (!(await this.isAtEnd())) throw new BrokenStreamError('more bytes than announced');
  }

  /** Tells the source that nothing more is wanted. */
  async dispose(): Promise<void> {
    await this.#source.return?.();
  }

  async #fill(): Promise<boolean> {
    for (;;) {
      const next = await this.#source.next();
      if (next.done === true) return false;
      if (next.value.length === 0) continue;
      this.#left = next.value;
      return true;
    }
  }
}
