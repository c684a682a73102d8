import type { ReporterClock } from '../clock.js';
import type { Output } from '../output.js';
import { displayWidth } from '../text/display-width.js';
import { type ByteString, EMPTY_BYTES, fromByteString, toByteString } from './byte-string.js';

/** Cells left free at the end of the status line: the terminal writes `^C` there when the user stops the run. */
const RESERVED = 3;

/** Text of the status line for a width in cells; empty for none. Plain, without escape codes. */
export type StatusSource = (width: number) => string;

/** Pending bytes that are written without waiting. */
const BATCH = 64 * 1024;

/** How long output may wait for more, milliseconds: one frame. */
const FRAME_MS = 16;

/** A run shorter than this never shows a status line, milliseconds. */
const FIRST_STATUS_MS = 150;

/** How often the status line is renewed when nothing happens, milliseconds. */
const TICK_MS = 1000;

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';

/**
 * The terminal as a run sees it: a stream of whole lines, and below it an optional status line. Writes are batched:
 * one write erases the status line, adds the new lines and draws it again, so that a line is never torn.
 */
export class Screen {
  readonly #output: Output;
  readonly #clock: ReporterClock;
  readonly #status: StatusSource | undefined;
  #pending = EMPTY_BYTES;
  #flushedAt = -Infinity;
  #cancelFlush: (() => void) | undefined;
  #cancelTick: (() => void) | undefined;
  #stopListening: (() => void) | undefined;
  #showsStatus = false;
  #cursorHidden = false;
  #ended = false;
  /** Tasks that have the terminal to themselves, as far as the status line goes. */
  #holders = 0;
  /** What was written last does not end its line. */
  #isMidLine = false;
  /** The status line on the terminal now; the cursor stands at its end. */
  #drawn = '';

  constructor(output: Output, clock: ReporterClock, status: StatusSource | undefined) {
    this.#output = output;
    this.#clock = clock;
    this.#status = output.isTTY ? status : undefined;
    if (this.#status === undefined) return;
    this.#stopListening = output.onResize?.(() => this.flush());
    this.#cancelTick = clock.schedule(FIRST_STATUS_MS, () => this.#tick());
  }

  /** Adds whole lines. */
  write(lines: ByteString): void {
    if (lines === '') return;
    const gap = this.#isMidLine ? '\n' : '';
    this.#isMidLine = false;
    this.#add((gap + lines) as ByteString);
  }

  /** Adds bytes as they are, such as a prompt. Only between {@link hold} and {@link release}. */
  writeRaw(bytes: ByteString): void {
    if (bytes === '') return;
    this.#isMidLine = !bytes.endsWith('\n');
    this.#add(bytes);
  }

  /** Takes the status line away while somebody answers a task: the cursor is theirs. */
  hold(): void {
    this.#holders += 1;
    this.flush();
  }

  /** Ends a {@link hold}. */
  release(): void {
    this.#holders -= 1;
    this.#scheduleFlush();
  }

  #add(bytes: ByteString): void {
    this.#pending = (this.#pending + bytes) as ByteString;
    if (this.#ended || this.#pending.length >= BATCH) this.flush();
    else this.#scheduleFlush();
  }

  /** Says that the status line may have changed. */
  refresh(): void {
    if (this.#showsStatus) this.#scheduleFlush();
  }

  /** Writes what is pending now. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#flushedAt = this.#clock.now();
    const line = this.#renderStatus();
    if (this.#pending === '' && line === this.#drawn) return;
    const before = this.#eraseStatus();
    const after = line === '' ? this.#showCursor() : toByteString(this.#hideCursor() + line);
    const bytes = (before + this.#pending + after) as ByteString;
    this.#drawn = line;
    this.#pending = EMPTY_BYTES;
    this.#output.write(fromByteString(bytes));
  }

  /** Ends the status line, writes the rest and shows the cursor again. Later writes go straight out. */
  dispose(): void {
    this.#cancelTick?.();
    this.#stopListening?.();
    this.#cancelTick = undefined;
    this.#stopListening = undefined;
    this.#showsStatus = false;
    this.#ended = true;
    this.flush();
    if (this.#cursorHidden) this.#output.write(this.#showCursor());
  }

  #tick(): void {
    this.#showsStatus = true;
    this.#cancelTick = this.#clock.schedule(TICK_MS, () => this.#tick());
    this.flush();
  }

  #scheduleFlush(): void {
    if (this.#cancelFlush !== undefined) return;
    const wait = this.#flushedAt + FRAME_MS - this.#clock.now();
    this.#cancelFlush = this.#clock.schedule(Math.max(0, wait), () => this.flush());
  }

  #renderStatus(): string {
    if (!this.#showsStatus || this.#status === undefined || this.#holders > 0 || this.#isMidLine) return '';
    return this.#status(Math.max(1, this.#output.columns() - RESERVED));
  }

  /** A terminal that became narrower has wrapped the old line over several rows: all of them go. */
  #eraseStatus(): string {
    if (this.#drawn === '') return '';
    const rows = Math.ceil(displayWidth(this.#drawn) / Math.max(1, this.#output.columns()));
    return `\r${rows > 1 ? `\u001B[${rows - 1}A` : ''}\u001B[J`;
  }

  #showCursor(): string {
    if (!this.#cursorHidden) return '';
    this.#cursorHidden = false;
    return SHOW_CURSOR;
  }

  #hideCursor(): string {
    if (this.#cursorHidden) return '';
    this.#cursorHidden = true;
    return HIDE_CURSOR;
  }
}
