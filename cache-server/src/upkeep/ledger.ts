import type { Sha256 } from '@tr/model';
import { Problem } from '../http/problem.js';

/** How much may be kept. Undefined = no bound. */
export interface Quotas {
  /** Bytes of all entries together. */
  readonly totalBytes: number | undefined;
  /** Kind of a scope, or a scope -> bytes of each such scope of a tenant; `*` is for the others. */
  readonly scopeBytes: Readonly<Record<string, number>>;
  /** An entry not used for this long goes, milliseconds. */
  readonly maxAgeMs: number | undefined;
}

/** Where bytes are to go. */
export interface Place {
  readonly tenant: string;
  readonly scope: string;
  readonly bytes: number;
}

/** Room for a body while it comes in. */
export interface Reservation {
  /** The entry is stored with this many bytes. */
  keep(bytes: number): void;
  /** Ends it; call once, whatever became of the body. */
  release(): void;
}

/** Makes room: evicts until `bytes` more fit into the place, if that can be done. */
export type MakeRoom = (place: Place) => Promise<void>;

/** The quota of a scope; undefined = no bound. */
export function scopeQuota(quotas: Quotas, scope: string): number | undefined {
  const kind = scope.split('/')[0] ?? scope;
  return quotas.scopeBytes[scope] ?? quotas.scopeBytes[kind] ?? quotas.scopeBytes['*'];
}

/**
 * What is stored, by tenant and scope, as far as this process knows: counted at start and at each upkeep, and added up in
 * between. Several replicas may therefore go over a quota by what they write between two upkeeps.
 */
export class Ledger {
  readonly #quotas: Quotas;
  readonly #bytes = new Map<string, number>();
  /** Bodies that are coming in. */
  readonly #pending = new Map<string, number>();
  #total = 0;
  #pendingTotal = 0;
  #entries = 0;
  #recentBlobs = new Set<Sha256>();
  #makeRoom: MakeRoom = async () => {};

  constructor(quotas: Quotas) {
    this.#quotas = quotas;
  }

  /** Who is asked when something does not fit. */
  onFull(makeRoom: MakeRoom): void {
    this.#makeRoom = makeRoom;
  }

  /** Bytes and entries of everything. */
  get totals(): { readonly bytes: number; readonly entries: number } {
    return { bytes: this.#total, entries: this.#entries };
  }

  /** Room for a body; throws `full` when there is none even after an eviction. */
  async reserve(place: Place): Promise<Reservation> {
    if (!this.#fits(place)) {
      await this.#makeRoom(place);
      if (!this.#fits(place)) throw new Problem('full');
    }
    const slot = slotOf(place);
    this.#addPending(slot, place.bytes);
    return {
      keep: (bytes) => {
        this.#add(slot, bytes);
        this.#entries++;
      },
      release: () => this.#addPending(slot, -place.bytes),
    };
  }

  /** A blob that an entry is about to name: the next upkeep spares it. */
  noteBlob(hash: Sha256): void {
    this.#recentBlobs.add(hash);
  }

  /** Blobs noted since the last call. */
  takeRecentBlobs(): ReadonlySet<Sha256> {
    const recent = this.#recentBlobs;
    this.#recentBlobs = new Set();
    return recent;
  }

  /** Starts over with what upkeep counted. */
  replace(places: Iterable<Place>): void {
    this.#bytes.clear();
    this.#total = 0;
    this.#entries = 0;
    for (const place of places) {
      this.#add(slotOf(place), place.bytes);
      this.#entries++;
    }
  }

  #fits({ tenant, scope, bytes }: Place): boolean {
    const { totalBytes } = this.#quotas;
    if (totalBytes !== undefined && this.#total + this.#pendingTotal + bytes > totalBytes) return false;
    const quota = scopeQuota(this.#quotas, scope);
    const slot = slotOf({ tenant, scope });
    return quota === undefined || (this.#bytes.get(slot) ?? 0) + (this.#pending.get(slot) ?? 0) + bytes <= quota;
  }

  #add(slot: string, bytes: number): void {
    this.#bytes.set(slot, (this.#bytes.get(slot) ?? 0) + bytes);
    this.#total += bytes;
  }

  #addPending(slot: string, bytes: number): void {
    const pending = (this.#pending.get(slot) ?? 0) + bytes;
    if (pending === 0) this.#pending.delete(slot);
    else this.#pending.set(slot, pending);
    this.#pendingTotal += bytes;
  }
}

/** Tenant and scope as one key of a map. */
export function slotOf({ tenant, scope }: Omit<Place, 'bytes'>): string {
  return JSON.stringify([tenant, scope]);
}
