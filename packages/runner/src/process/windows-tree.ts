import { setTimeout as delay } from 'node:timers/promises';
import type { StoppableTree } from './spawned-process.js';

/** Pause between two looks at a process that is ending, milliseconds. */
const LOOK_MS = 20;

/**
 * The tree of a process on Windows. There are no signals: Ctrl-C reaches every process of the console by itself, so
 * SIGINT is left to that; anything else ends the tree at once.
 */
export class WindowsTree implements StoppableTree {
  readonly #end: () => void;

  /** `end` is `taskkill /T /F`. */
  constructor(end: () => void) {
    this.#end = end;
  }

  isGroupAlive(): boolean {
    return false;
  }

  signal(signal: NodeJS.Signals): void {
    if (signal !== 'SIGINT') this.#end();
  }

  async waitForEnd(graceMs: number, isEnded: () => boolean, isHurried: () => boolean = () => false): Promise<boolean> {
    for (let waited = 0; ; waited += LOOK_MS) {
      if (isEnded()) return true;
      if (waited >= graceMs || isHurried()) return false;
      await delay(LOOK_MS);
    }
  }

  async kill(isEnded: () => boolean): Promise<void> {
    this.#end();
    await this.waitForEnd(1000, isEnded);
  }
}
