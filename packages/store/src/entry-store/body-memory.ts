import type { BodyDigest, BodyHash } from '../body-store.js';
import type { FileLook } from '../file-look.js';
import type { HeldBody } from './entry-store.js';
import { MemoryPlaces, type Place } from './memory-places.js';
import { isSameFile } from './same-file.js';

/** Memory is given out in units of so many bytes. */
const UNIT_BYTES = 32 * 1024;
/** Larger bodies are not kept: few of them would take all there is. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024;
/** Names of bodies that were asked for lately and are not kept. */
const MAX_ASKED = 4096;
/** One of so many requests may put a body in the place of others: what is asked for in turns, and does not fit, stays cheap. */
const REQUESTS_PER_REPLACEMENT = 8;

/** Memory for a body, to be filled by whoever has it. */
export interface BodyPlace {
  readonly bytes: Uint8Array;
  /** The bytes are there now; `stats` is of the file that they were read from. */
  keep(stats: FileLook): HeldBody;
  /** They are not, and will not be. */
  drop(): void;
}

interface KeptBody {
  readonly digest: BodyDigest;
  readonly stamp: FileLook;
  readonly place: Place;
}

/**
 * The bodies that are asked for again and again, each with the stat of its file. Their memory is one piece, touched bit by bit as it
 * is needed, and used again: what slow readers hold is part of it, and nothing waits for a collection of garbage.
 *
 * A body is kept when it is asked for again. Where others have to go for it, only when it was asked for before since any of them
 * was used, and no more than once in a few requests. So what is asked for once changes nothing, however much it is.
 */
export class BodyMemory {
  readonly #places: MemoryPlaces;
  readonly #kept = new Map<BodyHash, KeptBody>();
  readonly #bodyIn = new Map<Place, KeptBody>();
  /** Body that is not kept -> the request that asked for it last. */
  readonly #asked = new Map<BodyHash, number>();
  #memory: Buffer | undefined;
  #requests = 0;
  /** No place is looked for before this request. */
  #nextLook = 0;

  /** `bytes`: how much memory it may take. */
  constructor(bytes: number) {
    this.#places = new MemoryPlaces(Math.floor(bytes / UNIT_BYTES));
  }

  /** False for what is never kept. */
  fits({ size }: BodyDigest): boolean {
    return size > 0 && size <= MAX_KEPT_BYTES && toUnits(size) <= this.#places.count;
  }

  /** A body whose file has this stat now; undefined when it must be read. To be asked once at each request of a body that fits. */
  find({ hash }: BodyDigest, stats: FileLook): HeldBody | undefined {
    this.#requests++;
    const kept = this.#kept.get(hash);
    if (kept === undefined) return undefined;
    if (!isSameFile(kept.stamp, stats)) {
      this.forget(hash);
      return undefined;
    }
    kept.place.holders++;
    kept.place.usedAt = this.#requests;
    return this.#held(kept);
  }

  /** Memory for a body that was not found, when it is worth keeping. */
  place(digest: BodyDigest): BodyPlace | undefined {
    const before = this.#asked.get(digest.hash);
    this.#noteAsked(digest.hash);
    const place = before === undefined ? undefined : this.#takePlace(toUnits(digest.size), before);
    if (place === undefined) return undefined;
    return {
      bytes: this.#bytesOf(place, digest),
      keep: (stats) => {
        const kept = { digest, stamp: stats, place };
        this.#asked.delete(digest.hash);
        this.#kept.set(digest.hash, kept);
        this.#bodyIn.set(place, kept);
        return this.#held(kept);
      },
      drop: () => this.#release(place),
    };
  }

  /** Its file is gone, or another one. Who holds it may go on. */
  forget(hash: BodyHash): void {
    const kept = this.#kept.get(hash);
    if (kept === undefined) return;
    this.#kept.delete(hash);
    this.#bodyIn.delete(kept.place);
    this.#freeUnused(kept.place);
  }

  #noteAsked(hash: BodyHash): void {
    // The oldest is the first in the map.
    this.#asked.delete(hash);
    this.#asked.set(hash, this.#requests);
    if (this.#asked.size <= MAX_ASKED) return;
    for (const oldest of this.#asked.keys()) return void this.#asked.delete(oldest);
  }

  /** For a holder that is counted already. */
  #held({ digest, place }: KeptBody): HeldBody {
    return { bytes: this.#bytesOf(place, digest), giveBack: () => this.#release(place) };
  }

  #release(place: Place): void {
    place.holders--;
    this.#freeUnused(place);
  }

  #freeUnused(place: Place): void {
    if (place.holders > 0 || this.#bodyIn.has(place)) return;
    this.#places.free(place);
    this.#nextLook = 0;
  }

  #bytesOf({ start }: Place, { size }: BodyDigest): Uint8Array {
    this.#memory ??= Buffer.allocUnsafeSlow(this.#places.count * UNIT_BYTES);
    return this.#memory.subarray(start * UNIT_BYTES, start * UNIT_BYTES + size);
  }

  /** So many units for a body that was asked for at the request `before`, too. */
  #takePlace(units: number, before: number): Place | undefined {
    if (this.#requests < this.#nextLook) return undefined;
    const room = this.#places.findRoom(units);
    if (room === undefined) return undefined;
    const { usedAt } = room;
    const mayReplace = usedAt === undefined || usedAt < before;
    if (mayReplace)
      for (const place of this.#places.in(room)) {
        const kept = this.#bodyIn.get(place);
        if (kept !== undefined) this.forget(kept.digest.hash);
      }
    if (usedAt !== undefined) this.#nextLook = this.#requests + REQUESTS_PER_REPLACEMENT;
    return mayReplace ? this.#places.take(room, this.#requests) : undefined;
  }
}

function toUnits(bytes: number): number {
  return Math.ceil(bytes / UNIT_BYTES);
}
