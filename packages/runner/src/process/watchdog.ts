import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** An orderly end takes a millisecond; nothing waits for longer than this, milliseconds. */
const LONGEST_END_MS = 500;

/** The running script. */
export interface WatchdogProcess {
  /** Its standard input; it ends when we do. */
  readonly stdin: Writable;
  once(event: 'exit', listener: () => void): unknown;
  once(event: 'error', listener: (error: Error) => void): unknown;
  ref(): void;
}

/** Tells the watchdog (watchdog-script.ts) what to end if we cannot. Trouble with it changes nothing else. */
export class Watchdog {
  readonly #process: WatchdogProcess;
  readonly #input: Writable;
  readonly #ended: Promise<void>;
  #hasDirectory = false;

  constructor(watchdog: WatchdogProcess) {
    this.#process = watchdog;
    this.#input = watchdog.stdin;
    this.#input.on('error', () => this.#input.destroy());
    this.#ended = new Promise((resolve) => {
      watchdog.once('exit', resolve);
      watchdog.once('error', () => resolve());
    });
  }

  /** A process group was started. */
  watch(group: number): void {
    this.#tell(`+${group}`);
  }

  /** Nothing is left of a process group. */
  forget(group: number): void {
    this.#tell(`-${group}`);
  }

  /** Where our pipes are, to be removed. */
  tellDirectory(path: string | undefined): void {
    if (path === undefined || this.#hasDirectory) return;
    this.#hasDirectory = true;
    this.#tell(`d${path}`);
  }

  /** Ends the watchdog: all is well. */
  async dispose(): Promise<void> {
    this.#process.ref();
    if (!this.#input.destroyed) this.#input.end('q\n');
    await Promise.race([this.#ended, delay(LONGEST_END_MS, undefined, { ref: false })]);
  }

  #tell(line: string): void {
    if (!this.#input.destroyed) this.#input.write(`${line}\n`);
  }
}
