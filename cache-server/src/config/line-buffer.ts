/** Text that waits is written at once when there is more of it, characters. */
const MAX_WAITING = 64 * 1024;

/** Log lines on their way out: those of one turn of the event loop are written together, which costs one call instead of many. */
export class LineBuffer {
  readonly #write: (text: string) => void;
  #waiting = '';

  constructor(write: (text: string) => void) {
    this.#write = write;
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
    if (text !== '') this.#write(text);
  }
}
