import type { Entry } from './entry-store.js';

/** Bytes of bodies and records that are kept, by estimate. */
const MAX_BYTES = 32 * 1024 * 1024;
/** What an entry costs beside its body, by estimate. */
const RECORD_BYTES = 1024;

interface RecentEntry<Stamp> {
  readonly entry: Entry;
  readonly stamp: Stamp;
}

/**
 * Entries that were read and checked lately, each with a stamp of its file or object: as long as that is the same, so is the
 * content, because an entry is only ever replaced as a whole. What was used longest ago goes first.
 */
export class RecentEntries<Stamp> {
  readonly #isSame: (a: Stamp, b: Stamp) => boolean;
  readonly #entries = new Map<string, RecentEntry<Stamp>>();
  #bytes = 0;

  constructor(isSame: (a: Stamp, b: Stamp) => boolean) {
    this.#isSame = isSame;
  }

  /** The entry at a path that has this stamp now; undefined when it must be read. */
  find(path: string, stamp: Stamp): Entry | undefined {
    const known = this.#entries.get(path);
    if (known === undefined) return undefined;
    this.#entries.delete(path);
    if (!this.#isSame(known.stamp, stamp)) {
      this.#bytes -= weigh(known.entry);
      return undefined;
    }
    this.#entries.set(path, known);
    return known.entry;
  }

  /** Remembers an entry; `stamp` is that of what was read. */
  note(path: string, stamp: Stamp, entry: Entry): void {
    this.forget(path);
    this.#entries.set(path, { entry, stamp });
    this.#bytes += weigh(entry);
    for (const [oldest] of this.#entries) {
      if (this.#bytes <= MAX_BYTES) break;
      this.forget(oldest);
    }
  }

  forget(path: string): void {
    const known = this.#entries.get(path);
    if (known === undefined) return;
    this.#entries.delete(path);
    this.#bytes -= weigh(known.entry);
  }
}

function weigh({ inline }: Entry): number {
  return RECORD_BYTES + (inline?.length ?? 0);
}
