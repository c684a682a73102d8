import type { Clock, TaskCache } from './ports.js';

/** A time by the clock of the files, milliseconds; undefined when it cannot be told. */
export type TimeOfFiles = () => number | undefined;

/**
 * Since when no command of the run has ended: when the run began, before that. Files are looked at once until a command has ended,
 * so none of what is known of them at the moment was seen before this, and what commands have written is not younger.
 */
export class QuietTime {
  readonly #cache: Pick<TaskCache, 'now'>;
  #since: TimeOfFiles;

  constructor(cache: Pick<TaskCache, 'now'>, clock: Pick<Clock, 'now'>) {
    this.#cache = cache;
    const begunAt = clock.now();
    let known: { readonly time: number | undefined } | undefined;
    // Only who puts something in place asks. The clock of the files is told by writing, and a run that has written is not recorded.
    this.#since = () => {
      if (known === undefined) {
        const now = cache.now?.();
        known = { time: now === undefined ? undefined : now - (clock.now() - begunAt) };
      }
      return known.time;
    };
  }

  /** As it is at the moment, whenever it is asked. */
  get since(): TimeOfFiles {
    return this.#since;
  }

  /** A command has ended; called before anything is looked at again. */
  noteEnd(): void {
    const endedAt = this.#cache.now?.();
    this.#since = () => endedAt;
  }
}
