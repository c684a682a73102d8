import { displayWidth } from '../../src/text/display-width.js';

/**
 * A terminal that wraps, and wraps again when its width changes, as current ones do. Knows the few codes the
 * status line uses and fails on any other.
 */
export class Terminal {
  width: number;
  cursorVisible = true;
  /** Logical lines; a long one takes several rows. */
  #lines: string[] = [''];
  /** The cursor is always at the end of a row of this line. */
  #line = 0;

  constructor(width: number) {
    this.width = width;
  }

  feed(text: string): void {
    const TOKEN = /\p{Cc}\[(\??\d*)([A-Za-z])|[\r\n]|\P{Cc}+/gu;
    for (const [token, argument, command] of text.matchAll(TOKEN)) {
      if (command !== undefined) this.#control(argument ?? '', command);
      else if (token === '\n') this.#newline();
      else if (token === '\r') this.#atStart = true;
      else this.#put(token);
    }
  }

  /** Lines as they are, the empty last one left out. */
  get lines(): string[] {
    return this.#lines[this.#lines.length - 1] === '' ? this.#lines.slice(0, -1) : [...this.#lines];
  }

  #atStart = false;
  /** Rows above the end of the current line where the cursor stands, after moving up. */
  #rowsUp = 0;

  #rows(line: string): number {
    return Math.max(1, Math.ceil(displayWidth(line) / this.width));
  }

  #put(text: string): void {
    if (this.#atStart || this.#rowsUp > 0) throw new Error(`text over a line that was not erased: ${text}`);
    this.#lines[this.#line] += text;
  }

  #newline(): void {
    if (this.#atStart || this.#rowsUp > 0) throw new Error('newline in the middle of a line');
    this.#lines.push('');
    this.#line = this.#lines.length - 1;
  }

  #control(argument: string, command: string): void {
    if (command === 'h' && argument === '?25') this.cursorVisible = true;
    else if (command === 'l' && argument === '?25') this.cursorVisible = false;
    else if (command === 'A') this.#rowsUp += Number(argument);
    else if (command === 'J' && argument === '') this.#eraseBelow();
    else if (command !== 'm') throw new Error(`unknown control sequence ${argument}${command}`);
  }

  #eraseBelow(): void {
    const current = this.#lines[this.#line] ?? '';
    if (!this.#atStart) throw new Error('erase from the middle of a row');
    if (this.#rowsUp !== this.#rows(current) - 1)
      throw new Error(`erase of ${this.#rowsUp + 1} rows of ${this.#rows(current)}`);
    this.#lines[this.#line] = '';
    this.#atStart = false;
    this.#rowsUp = 0;
  }
}
