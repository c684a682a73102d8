/** Text that waits is written at once when there is more of it, characters. */
const MAX_WAITING = 64 * 1024;

/** Log lines on their way out: those of one turn of the event loop are written together, which costs one call instead of many. */
export class LineBuffer {
  readonly #write: (text: string) => void;
  readonly #maxWrite: number;
  #waiting = '';

  /** `maxWrite`: whole lines are written in pieces of at most so many bytes, but at least one line. */
  constructor(write: (text: string) => void, maxWrite = Infinity) {
    this.#write = write;
    this.#maxWrite = maxWrite;
  }

  /** Takes a line without its end. It is written within this turn of the event loop, or the next. */
  add(line: string): void {
    if (this.#waiting === '') setImmediate(() => this.flush());
    this.#waiting += `${line}\n`;
    if (this.#waiting.length > MAX_WAITING) this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    const text = this.#waiting;
    this.#waiting = '';
    // A character of a string is at most three bytes.
    const isAscii = this.#maxWrite === Infinity || Buffer.byteLength(text) === text.length;
    const most = isAscii ? this.#maxWrite : Math.floor(this.#maxWrite / 3);
    for (let at = 0; at < text.length;) {
      const end = endOfPiece(text, at, most);
      this.#write(text.slice(at, end));
      at = end;
    }
  }
}

function endOfPiece(text: string, from: number, most: number): number {
  if (text.length - from <= most) return text.length;
  const last = text.lastIndexOf('\n', from + most - 1);
  return (last >= from ? last : text.indexOf('\n', from)) + 1;
}
