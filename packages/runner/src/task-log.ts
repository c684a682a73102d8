import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '@tr/model';
import { quickWrite } from '@tr/quick';
import { LineBuffer } from './line-buffer.js';
import { LogTail } from './log-tail.js';

/** Gets whole lines; the last ones of a log may lack their newline. */
export type LineSink = (stream: 'stdout' | 'stderr', lines: Uint8Array) => void;

/**
 * The log of one task: every byte goes to the file at once, whole lines go to the sink, the end stays in memory. A
 * file that cannot be written never stops the task: the log is then `broken`.
 */
export class TaskLog {
  readonly path: string;
  readonly #sink: LineSink;
  readonly #byLine: boolean;
  readonly #tail = new LogTail();
  readonly #lines = { stdout: new LineBuffer(), stderr: new LineBuffer() };
  #fd: number | undefined;
  #broken: string | undefined;

  /** Empties the file. `byLine: false` passes unfinished lines on at once, for a prompt somebody has to see. */
  constructor(path: string, sink: LineSink, byLine: boolean) {
    this.path = path;
    this.#sink = sink;
    this.#byLine = byLine;
    this.#attempt(() => {
      this.#fd = openForWriting(path);
    });
  }

  /** Why the file is not complete; undefined while it is. */
  get broken(): string | undefined {
    return this.#broken;
  }

  add(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#tail.add(bytes);
    const fd = this.#fd;
    if (fd !== undefined) this.#attempt(() => writeFully(fd, bytes));
    const lines = this.#byLine ? this.#lines[stream].add(bytes) : bytes;
    if (lines !== undefined) this.#sink(stream, lines);
  }

  /** Passes on unfinished lines: the command that wrote them has ended. */
  flush(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this.#lines[stream].flush();
      if (rest !== undefined) this.#sink(stream, rest);
    }
  }

  /** Flushes and closes the file. */
  close(): void {
    this.flush();
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) this.#attempt(() => closeSync(fd));
  }

  /** The end of the log. */
  readTail(): Uint8Array {
    return this.#tail.read();
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#broken ??= toDetail(error);
    }
  }
}

/** Writes the log of a restored task, so that the logs directory is complete; false when it cannot be written. */
export function tryWriteLog(path: string, log: Uint8Array): boolean {
  try {
    const file = openForWriting(path);
    try {
      writeFully(file, log);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    toDetail(error);
    return false;
  }
}

function openForWriting(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'w');
  }
}

function writeFully(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += quickWrite(fd, bytes, at);
}

/** The system's code of an I/O error; anything else is a bug and goes on. */
function toDetail(error: unknown): string {
  const code = errorCode(error);
  if (code === undefined) throw error;
  return code;
}
