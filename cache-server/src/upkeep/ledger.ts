import type { BodyHash } from '@tr/store';
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

/**
 * How often room is made before a body is refused. More than once: what another process has just told may have been counted by the
 * one that makes room as well, and stand here twice until it counts again.
 */
const MAX_TRIES = 3;

/** Where bytes are to go. */
export interface Place {
  readonly tenant: string;
  readonly scope: string;
  readonly bytes: number;
}

/** Room for a body while it comes in. */
export interface Reservation {
  /** Makes it so many bytes larger, at once where there is room; throws `full`, or rejects with it. */
  grow(bytes: number): Promise<void> | undefined;
  /** The entry is stored with this many bytes. */
  keep(bytes: number): void;
  /** Ends it; call once, whatever became of the body. */
  release(): void;
}

/** Something that another process on the same store does not know yet. */
export type LedgerChange =
  | { readonly kind: 'stored'; readonly slot: string; readonly bytes: number; readonly entries: number }
  /** See {@link Ledger.noteBlob}. */
  | { readonly kind: 'blob'; readonly hash: BodyHash }
  /** All there is. */
  | { readonly kind: 'counted'; readonly slots: readonly (readonly [string, number])[]; readonly entries: number };

/** Makes room: evicts until `bytes` more fit into the place, if that can be done. */
export type MakeRoom = (place: Place) => Promise<void>;

/** The quota of a scope; undefined = no bound. Own properties alone: `constructor` may be a scope too. */
export function scopeQuota({ scopeBytes }: Quotas, scope: string): number | undefined {
  const kind = scope.split('/')[0] ?? scope;
  const rule = [scope, kind, '*'].find((name) => Object.hasOwn(scopeBytes, name));
  return rule === undefined ? undefined : scopeBytes[rule];
}

/**
 * What is stored, by tenant and scope, as far as this process knows: counted at start and at each upkeep, and added up in
 * between. Several replicas may therefore go over a quota by what they write between two upkeeps. The processes of one
 * server tell each other what they store: they go over by what is still coming in at the others.
 */
export class Ledger {
  readonly #quotas: Quotas;
  readonly #hasScopeQuotas: boolean;
  #lastSlot = { tenant: '', scope: '', slot: slotOf({ tenant: '', scope: '' }) };
  readonly #bytes = new Map<string, number>();
  /** Bodies that are coming in. */
  readonly #pending = new Map<string, number>();
  #total = 0;
  #pendingTotal = 0;
  #entries = 0;
  #recentBlobs = new Set<BodyHash>();
  #makeRoom: MakeRoom = async () => {};
  #tell: (change: LedgerChange) => void = () => {};

  constructor(quotas: Quotas) {
    this.#quotas = quotas;
    this.#hasScopeQuotas = Object.keys(quotas.scopeBytes).length > 0;
  }

  /** Who is asked when something does not fit. */
  onFull(makeRoom: MakeRoom): void {
    this.#makeRoom = makeRoom;
  }

  /** Who is told of changes that did not come from {@link take}. */
  onChange(tell: (change: LedgerChange) => void): void {
    this.#tell = tell;
  }

  /** Takes over what another process told. */
  take(change: LedgerChange): void {
    switch (change.kind) {
      case 'stored':
        this.#add(change.slot, change.bytes);
        this.#entries += change.entries;
        return;
      case 'blob':
        this.#recentBlobs.add(change.hash);
        return;
      case 'counted':
        // Who is told the count does no upkeep, and has no use for notes about blobs.
        this.#recentBlobs.clear();
        this.#restart();
        for (const [slot, bytes] of change.slots) this.#add(slot, bytes);
        this.#entries = change.entries;
    }
  }

  /** All there is, for {@link take}. */
  count(): LedgerChange {
    return { kind: 'counted', slots: [...this.#bytes], entries: this.#entries };
  }

  /** Bytes and entries of everything. */
  get totals(): { readonly bytes: number; readonly entries: number } {
    return { bytes: this.#total, entries: this.#entries };
  }

  /** Room for a body; throws `full` when there is none even after an eviction. */
  async reserve(place: Place): Promise<Reservation> {
    if (!this.fits(place)) await this.#makeFit(place, 0);
    return this.hold(place);
  }

  /** Room for a body that fits. */
  hold(place: Place): Reservation {
    const slot = this.#slotOf(place);
    let held = 0;
    const add = (bytes: number): void => {
      held += bytes;
      this.#addPending(slot, bytes);
    };
    add(place.bytes);
    return {
      grow: (bytes) => {
        const more = { ...place, bytes };
        if (!this.fits(more)) return this.#makeFit(more, held).then(() => add(bytes));
        add(bytes);
        return undefined;
      },
      keep: (bytes) => {
        this.#add(slot, bytes);
        this.#entries++;
        this.#tell({ kind: 'stored', slot, bytes, entries: 1 });
      },
      release: () => add(-held),
    };
  }

  /** Evicts until a place fits, beside what is `held` for the same body. */
  async #makeFit(place: Place, held: number): Promise<void> {
    const whole = { ...place, bytes: place.bytes + held };
    for (let tries = 0; !this.fits(place); tries++) {
      if (tries === MAX_TRIES || !this.#canFit(whole)) throw new Problem('full');
      await this.#makeRoom(whole);
    }
  }

  /** A blob that an entry is about to name: the next upkeep spares it. */
  noteBlob(hash: BodyHash): void {
    this.#recentBlobs.add(hash);
    this.#tell({ kind: 'blob', hash });
  }

  /** Blobs noted since the last call. */
  takeRecentBlobs(): ReadonlySet<BodyHash> {
    const recent = this.#recentBlobs;
    this.#recentBlobs = new Set();
    return recent;
  }

  /** Starts over with what upkeep counted. */
  replace(places: Iterable<Place>): void {
    this.#restart();
    for (const place of places) {
      this.#add(slotOf(place), place.bytes);
      this.#entries++;
    }
    this.#tell(this.count());
  }

  #restart(): void {
    this.#bytes.clear();
    this.#total = 0;
    this.#entries = 0;
  }

  /** Whether it would fit if nothing else were here. */
  #canFit({ scope, bytes }: Place): boolean {
    return bytes <= (this.#quotas.totalBytes ?? bytes) && bytes <= (scopeQuota(this.#quotas, scope) ?? bytes);
  }

  /** Whether there is room now. */
  fits(place: Place): boolean {
    const { scope, bytes } = place;
    const { totalBytes } = this.#quotas;
    if (totalBytes !== undefined && this.#total + this.#pendingTotal + bytes > totalBytes) return false;
    const quota = this.#hasScopeQuotas ? scopeQuota(this.#quotas, scope) : undefined;
    if (quota === undefined) return true;
    const slot = this.#slotOf(place);
    return (this.#bytes.get(slot) ?? 0) + (this.#pending.get(slot) ?? 0) + bytes <= quota;
  }

  /** Bodies come from few places, and making text of one is not free. */
  #slotOf({ tenant, scope }: Place): string {
    if (this.#lastSlot.tenant !== tenant || this.#lastSlot.scope !== scope)
      this.#lastSlot = { tenant, scope, slot: slotOf({ tenant, scope }) };
    return this.#lastSlot.slot;
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
