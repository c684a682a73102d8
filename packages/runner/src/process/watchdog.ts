import type { Writable } from 'node:stream';

/** Tells the watchdog ({@link WATCHDOG_SCRIPT}) what to end if we cannot. Trouble with it changes nothing else. */
export class Watchdog {
  readonly #input: Writable;
  #hasDirectory = false;

  /** `input`: the standard input of the running script; it ends when we do. */
  constructor(input: Writable) {
    this.#input = input;
    input.on('error', () => input.destroy());
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
  dispose(): void {
    if (!this.#input.destroyed) this.#input.end('q\n');
  }

  #tell(line: string): void {
    if (!this.#input.destroyed) this.#input.write(`${line}\n`);
  }
}
