/** Units of memory from `start` to before `end` that belong together. */
export interface Place {
  readonly start: number;
  readonly end: number;
  /** Those who look at the bytes. */
  holders: number;
  /** When it was used last; later is larger, and never below 0. */
  usedAt: number;
}

/** Where there is room, or can be made. */
export interface Room {
  readonly start: number;
  readonly end: number;
  /** When the last of the places in it was used; undefined: nothing is there. */
  readonly usedAt: number | undefined;
}

/** Who has which units of a piece of memory. */
export class MemoryPlaces {
  readonly #units: (Place | undefined)[];

  constructor(count: number) {
    this.#units = Array.from({ length: count }, () => undefined);
  }

  /** All units there are. */
  get count(): number {
    return this.#units.length;
  }

  /** Takes units that nobody has, for one holder. */
  take({ start, end }: Room, usedAt: number): Place {
    const place = { start, end, holders: 1, usedAt };
    this.#units.fill(place, start, end);
    return place;
  }

  /** Gives units back. */
  free({ start, end }: Place): void {
    this.#units.fill(undefined, start, end);
  }

  /** The places that have units of a room. */
  in({ start, end }: Room): readonly Place[] {
    return [...new Set(this.#units.slice(start, end))].filter((place) => place !== undefined);
  }

  /** So many units in a row that are free, else those whose places were all used longest ago; none of them is held. */
  findRoom(count: number): Room | undefined {
    let best: Room | undefined;
    for (let start = 0; start + count <= this.#units.length;) {
      const end = start + count;
      const { last, isOlder } = this.#lastUsed(start, end, best?.usedAt ?? Number.POSITIVE_INFINITY);
      if (last === undefined) return { start, end, usedAt: undefined };
      if (isOlder) best = { start, end, usedAt: last.usedAt };
      // Better can only be where this one is not.
      start = last.end;
    }
    return best;
  }

  /** Of places that are all older than `bound` the one that was used last; else the first that is not, or is held. */
  #lastUsed(
    start: number,
    end: number,
    bound: number,
  ): { readonly last: Place | undefined; readonly isOlder: boolean } {
    let last: Place | undefined;
    for (let at = start; at < end;) {
      const place = this.#units[at];
      if (place !== undefined && (place.holders > 0 || place.usedAt >= bound)) return { last: place, isOlder: false };
      if (place !== undefined && place.usedAt >= (last?.usedAt ?? 0)) last = place;
      at = place?.end ?? at + 1;
    }
    return { last, isOlder: true };
  }
}
