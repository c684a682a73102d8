import type { TaskCache } from './ports.js';

/**
 * Since when no command of the run has ended, by the clock of the files: when the run began, before that. Files are looked at once
 * until a command has ended, so none of what is known of them at the moment was seen before this, and what commands have written
 * is not younger.
 */
export class QuietTime {
  readonly #cache: TaskCache;
  #since: number | undefined;

  constructor(cache: TaskCache) {
    this.#cache = cache;
    this.noteEnd();
  }

  get since(): number | undefined {
    return this.#since;
  }

  /** A command has ended; called before anything is looked at again. */
  noteEnd(): void {
    this.#since = this.#cache.now?.();
  }
}
