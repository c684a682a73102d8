import { setTimeout as delay } from 'node:timers/promises';
import type { StoppableTree } from './spawned-process.js';

/** Pause between two looks at a process that is ending, milliseconds. */
const LOOK_MS = 20;

/** The process that a tree starts with. */
export interface RootProcess {
  /** Null while it runs, and when it was killed. */
  readonly exitCode: number | null;
  readonly signalCode: string | null;
  kill(signal: 'SIGKILL'): unknown;
}

/**
 * The tree of a process on Windows. There are no signals: Ctrl-C reaches every process of the console by itself, so
 * SIGINT is left to that; anything else ends the tree at once.
 */
export class WindowsTree implements StoppableTree {
  readonly #root: RootProcess;
  readonly #tryEnd: () => boolean;

  /** `tryEnd` is `taskkill /T /F`; false when that did not end the tree. */
  constructor(root: RootProcess, tryEnd: () => boolean) {
    this.#root = root;
    this.#tryEnd = tryEnd;
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

  /** The id of a process that has ended may be another one's by now. Without `taskkill` the process alone is ended. */
  #end(): void {
    const { exitCode, signalCode } = this.#root;
    if (exitCode !== null || signalCode !== null) return;
    if (!this.#tryEnd()) this.#root.kill('SIGKILL');
  }
}
