/** A line longer than this is passed on in pieces: memory stays bounded whatever a command prints. */
export const LONGEST_LINE_BYTES = 1 << 20;

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes at line ends: `add` gives back the bytes that complete one or more lines (the same bytes, in
 * the same order), and keeps a copy of the rest.
 */
export class LineBuffer {
  #kept: Uint8Array[] = [];
  #keptBytes = 0;

  /** Whole lines, or undefined when no line is complete yet. The result may share memory with `chunk`. */
  add(chunk: Uint8Array): Uint8Array | undefined {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#keep(chunk);
      return this.#keptBytes > LONGEST_LINE_BYTES ? this.flush() : undefined;
    }
    const lines = this.#keptBytes === 0 ? chunk.subarray(0, end) : this.#join(chunk.subarray(0, end));
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    return lines;
  }

  /** The unfinished last line, or undefined when there is none. */
  flush(): Uint8Array | undefined {
    return this.#keptBytes === 0 ? undefined : this.#join(new Uint8Array(0));
  }

  #keep(bytes: Uint8Array): void {
    this.#kept.push(bytes.slice());
    this.#keptBytes += bytes.length;
  }

  #join(last: Uint8Array): Uint8Array {
    const joined = new Uint8Array(this.#keptBytes + last.length);
    let at = 0;
    for (const part of this.#kept) {
      joined.set(part, at);
      at += part.length;
    }
    joined.set(last, at);
    this.#kept = [];
    this.#keptBytes = 0;
    return joined;
  }
}
