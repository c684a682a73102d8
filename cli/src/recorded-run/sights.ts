import type { QuickLook } from '@tr/quick';

/** What was learnt about a path; together more than one can be. */
export const SEEN = {
  /** Nothing is there. */
  absent: 1,
  /** Something is there. */
  present: 2,
  /** What is there, or what it holds. */
  looked: 4,
  /** A directory's entries. */
  listed: 8,
  /** Links at the end of the path were followed. */
  followed: 16,
} as const;

/** There is a look beside the bits. */
const KEPT = 32;

/** What is kept of a look. */
export type KeptLook = Pick<QuickLook, 'dev' | 'mode' | 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'>;

/** Numbers of a look. */
const WIDTH = 6;
const FIRST_ROOM = 1024;

/**
 * What paths looked like to this process. Tens of thousands may be seen in a run that is then not recorded: so they are numbers in
 * two arrays, and nothing for the collector to move about.
 */
export class Sights {
  /** Where each path is in the arrays, in the order in which they were seen. */
  readonly #places = new Map<string, number>();
  #bits = new Uint8Array(FIRST_ROOM);
  #looks = new Float64Array(FIRST_ROOM * WIDTH);

  get size(): number {
    return this.#places.size;
  }

  /** Adds `bits` of `SEEN`; `found` is what was there, of which the first one is kept. */
  note(path: string, bits: number, found: KeptLook | undefined): void {
    let place = this.#places.get(path);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(path, place);
      if (place === this.#bits.length) this.#grow();
    }
    const before = this.#bits[place] ?? 0;
    this.#bits[place] = before | bits | (found === undefined ? 0 : KEPT);
    if (found === undefined || (before & KEPT) !== 0) return;
    const at = place * WIDTH;
    this.#looks[at] = found.dev;
    this.#looks[at + 1] = found.mode;
    this.#looks[at + 2] = found.ino;
    this.#looks[at + 3] = found.size;
    this.#looks[at + 4] = found.mtimeMs;
    this.#looks[at + 5] = found.ctimeMs;
  }

  /**
   * Whether `test` holds for each: its path, bits, and what was there (an object that the next one overwrites), undefined when it was
   * only asked about otherwise.
   */
  every(test: (path: string, bits: number, look: KeptLook | undefined) => boolean): boolean {
    const look = { dev: 0, mode: 0, ino: 0.5, size: 0.5, mtimeMs: 0.5, ctimeMs: 0.5 };
    for (const [path, place] of this.#places) {
      const bits = this.#bits[place] ?? 0;
      const isKept = (bits & KEPT) !== 0;
      if (isKept) this.#read(place * WIDTH, look);
      if (!test(path, bits & ~KEPT, isKept ? look : undefined)) return false;
    }
    return true;
  }

  clear(): void {
    this.#places.clear();
    this.#bits = new Uint8Array(0);
    this.#looks = new Float64Array(0);
  }

  #read(at: number, look: { -readonly [Field in keyof KeptLook]: number }): void {
    look.dev = this.#looks[at] ?? 0;
    look.mode = this.#looks[at + 1] ?? 0;
    look.ino = this.#looks[at + 2] ?? 0;
    look.size = this.#looks[at + 3] ?? 0;
    look.mtimeMs = this.#looks[at + 4] ?? 0;
    look.ctimeMs = this.#looks[at + 5] ?? 0;
  }

  #grow(): void {
    const [bits, looks] = [this.#bits, this.#looks];
    this.#bits = new Uint8Array(Math.max(FIRST_ROOM, 2 * bits.length));
    this.#bits.set(bits);
    this.#looks = new Float64Array(this.#bits.length * WIDTH);
    this.#looks.set(looks);
  }
}
