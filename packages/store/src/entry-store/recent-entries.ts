import type { FileLook } from '../file-look.js';
import type { Entry } from './entry-store.js';
import { isSameFile } from './same-file.js';

/** Bytes of bodies and records that are kept, by estimate. */
const MAX_BYTES = 32 * 1024 * 1024;
/** What an entry costs beside its body, by estimate. */
const RECORD_BYTES = 1024;

interface RecentEntry {
  readonly entry: Entry;
  readonly stamp: FileLook;
}

/**
 * Entries that were read and checked lately, each with the stat of its file: as long as that is the same, so is the content,
 * because an entry is only ever replaced by another file. What was used longest ago goes first.
 */
export class RecentEntries {
  readonly #entries = new Map<string, RecentEntry>();
  #bytes = 0;

  /** The entry of a file that has this stat now; undefined when it must be read. */
  find(path: string, stats: FileLook): Entry | undefined {
    const known = this.#entries.get(path);
    if (known === undefined) return undefined;
    this.#entries.delete(path);
    if (!isSameFile(known.stamp, stats)) {
      this.#bytes -= weigh(known.entry);
      return undefined;
    }
    this.#entries.set(path, known);
    return known.entry;
  }

  /** Remembers an entry; `stats` is of the file it was read from, when that was opened. */
  note(path: string, stats: FileLook, entry: Entry): void {
    this.forget(path);
    this.#entries.set(path, { entry, stamp: stats });
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
