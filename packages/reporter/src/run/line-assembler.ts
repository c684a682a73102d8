const NEWLINE = 10;
const EMPTY = new Uint8Array(0);

/** A line longer than this is let go in pieces, so that memory stays bounded. */
const LONGEST_LINE = 1 << 20;

/**
 * Cuts a stream of chunks at line ends, so that lines of different tasks are never mixed and no character is split.
 * Whole lines, the usual case, pass through uncopied.
 */
export class LineAssembler {
  #pending: Uint8Array = EMPTY;

  /** Everything up to the last line end seen; may be empty. */
  push(bytes: Uint8Array): Uint8Array {
    if (this.#pending.length === 0 && (bytes.length === 0 || bytes[bytes.length - 1] === NEWLINE)) return bytes;
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const joined = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const cut = end === 0 ? 0 : joined.length - (bytes.length - end);
    if (joined.length - cut > LONGEST_LINE) {
      this.#pending = EMPTY;
      return joined;
    }
    this.#pending = Uint8Array.from(joined.subarray(cut));
    return joined.subarray(0, cut);
  }

  /** What is left: the start of a line that never ended. */
  takeRest(): Uint8Array {
    const rest = this.#pending;
    this.#pending = EMPTY;
    return rest;
  }
}
