import type { OutputLogs, RunEvent, TaskResult } from '@tr/model';
import type { Paint } from '../text/paint.js';
import { formatBytes } from '../text/quantities.js';
import { type ByteString, toByteString } from './byte-string.js';
import { CLOSE_GROUP, failedTitle, openGroup } from './github-actions.js';
import { describeHit, describeMiss } from './headers.js';
import { LineAssembler } from './line-assembler.js';
import { LogBuffer } from './log-buffer.js';
import { type LogPolicy, policyOf, type Visibility } from './log-policy.js';
import { prefixLines, prefixText } from './prefix-lines.js';
import type { LogReader } from './run-report-options.js';
import { tameLines } from './tame-lines.js';
import type { TaskStyle } from './task-style.js';

/** What the log of one task needs to know. */
export interface TaskLogOptions {
  readonly style: TaskStyle;
  readonly log: OutputLogs;
  /** False: nothing is printed before the task has ended. */
  readonly live: boolean;
  /** Takes the output of a task that has the terminal, as it comes; undefined for every other task. */
  readonly printRaw: ((bytes: ByteString) => void) | undefined;
  /** The output is a terminal that others write to as well. */
  readonly tames: boolean;
  readonly groups: 'none' | 'github';
  readonly bufferLimit: number;
  readonly readLog: LogReader | undefined;
  readonly paint: Paint;
  /** Takes whole lines. */
  readonly print: (lines: ByteString) => void;
}

/** One task's part of the terminal: the line about the cache, then its log, live or all at once. */
export class TaskLog {
  readonly #options: TaskLogOptions;
  readonly #lines = { stdout: new LineAssembler(), stderr: new LineAssembler() };
  readonly #buffer: LogBuffer;
  #policy: LogPolicy;
  #header = '';
  #footer = '';

  constructor(options: TaskLogOptions) {
    this.#options = options;
    this.#policy = policyOf(options.log, 'miss');
    this.#buffer = new LogBuffer(options.readLog === undefined ? Number.POSITIVE_INFINITY : options.bufferLimit);
  }

  hit(event: Extract<RunEvent, { type: 'cache-hit' }>): void {
    this.#policy = policyOf(this.#options.log, 'hit');
    this.#addHeader(describeHit(event, this.#policy.body === 'shown', this.#options.paint));
  }

  miss(event: Extract<RunEvent, { type: 'cache-miss' }>): void {
    this.#policy = policyOf(this.#options.log, 'miss');
    this.#addHeader(describeMiss(event, this.#options.paint));
  }

  output(event: Extract<RunEvent, { type: 'task-output' }>): void {
    if (this.#policy.body === 'hidden') return;
    const { printRaw } = this.#options;
    if (printRaw !== undefined) printRaw(toByteString(event.bytes));
    else this.#addLines(this.#lines[event.stream].push(event.bytes));
  }

  /** A line of ours about this task, among its own. */
  note(text: string): void {
    const visibility = this.#policy.header;
    if (visibility === 'hidden') return;
    if (this.#isLive(visibility)) this.#options.print(this.#prefixed(`${text}\n`));
    else this.#buffer.push(Buffer.from(`${text}\n`));
  }

  /** The last line about this task, shown whatever else is. Printed by {@link finish}. */
  conclude(text: string): void {
    this.#footer = `${text}\n`;
  }

  /** Prints what was held back. Without a result (the run broke off) everything is. */
  finish(result: TaskResult | undefined): void {
    this.#addLines(this.#lines.stdout.takeRest());
    this.#addLines(this.#lines.stderr.takeRest());
    const failed = result === undefined || result.outcome === 'failed';
    const drops = this.#policy.header === 'if-failed' && !failed;
    const holds = this.#header !== '' || this.#buffer.size > 0;
    if (holds && !drops) this.#printGroup(failed, result);
    else this.#options.print(prefixText(toByteString(this.#footer), this.#namedPrefix()));
  }

  /** Outside a group a line of ours says whose it is, even without prefixes. */
  #namedPrefix(): ByteString {
    const { prefix, label } = this.#options.style;
    return prefix === '' ? toByteString(`${label}: `) : prefix;
  }

  #addHeader(text: string): void {
    if (this.#policy.header === 'hidden') return;
    if (this.#isLive(this.#policy.header)) this.#options.print(this.#prefixed(`${text}\n`));
    else this.#header = `${text}\n`;
  }

  #addLines(lines: Uint8Array): void {
    if (lines.length === 0) return;
    if (this.#isLive(this.#policy.body)) this.#printLines(lines);
    else this.#buffer.push(lines);
  }

  #isLive(visibility: Visibility): boolean {
    return this.#options.live && visibility === 'shown';
  }

  #prefixed(text: string): ByteString {
    return prefixText(toByteString(text), this.#options.style.prefix);
  }

  #printLines(lines: Uint8Array): void {
    const { style, print, tames } = this.#options;
    prefixLines(lines, { prefix: style.prefix, print, ...(tames ? { change: tameLines } : {}) });
  }

  #printGroup(failed: boolean, result: TaskResult | undefined): void {
    const { groups, style, print } = this.#options;
    const folded = groups === 'github';
    if (folded) print(toByteString(failed ? failedTitle(style.label) : openGroup(style.label)));
    print(this.#prefixed(this.#header));
    for (const chunk of this.#body(result)) this.#printLines(chunk);
    print(this.#prefixed(this.#footer));
    if (folded && !failed) print(toByteString(CLOSE_GROUP));
  }

  *#body(result: TaskResult | undefined): Iterable<Uint8Array> {
    if (!this.#buffer.overflowed) return yield* this.#buffer.chunks;
    const path = result?.logPath;
    const pieces = path === undefined ? undefined : this.#options.readLog?.(path);
    if (pieces === undefined) {
      yield Buffer.from(`(${formatBytes(this.#buffer.size)} of log are not shown: they could not be read back.)\n`);
      if (result?.logTail !== undefined) yield result.logTail;
      return;
    }
    const lines = new LineAssembler();
    for (const piece of pieces) yield lines.push(piece);
    yield lines.takeRest();
  }
}
