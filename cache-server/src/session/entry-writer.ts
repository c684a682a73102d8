import type { Entry } from '@tr/store';
import { Problem } from '../http/problem.js';
import type { Place, Reservation } from '../upkeep/ledger.js';
import type { BodySource, CacheSession, EntryKey, WriteOptions, WriteReport } from './cache-session.js';
import type { SessionGround, SessionSubject } from './session-ground.js';
import type { EntryFinder } from './entry-finder.js';
import { unwrap } from './store-problem.js';
import { checkWhole, takeSmall, withRoom, writeBody } from './write-body.js';

const MAX_FACTS = 16;
const MAX_FACT_BYTES = 1024;

/** Writes entries to the own scope of one credential, within its quota. */
export class EntryWriter implements Pick<CacheSession, 'write' | 'adopt' | 'remove'> {
  readonly #ground: SessionGround;
  readonly #subject: SessionSubject;
  readonly #finder: EntryFinder;

  constructor(ground: SessionGround, subject: SessionSubject, finder: EntryFinder) {
    this.#ground = ground;
    this.#subject = subject;
    this.#finder = finder;
  }

  async write(key: EntryKey, body: BodySource | Uint8Array, options: WriteOptions = {}): Promise<WriteReport> {
    this.#checkWrite(options);
    const pause = this.#finder.giveWay();
    if (pause !== undefined) await pause;
    const { blobs, entries, ledger, maxEntryBytes, now } = this.#ground;
    const name = this.#finder.ownName(key);
    const replace = options.mode === 'replace';
    const { length, expected } = options;
    const size = body instanceof Uint8Array ? body.length : (length ?? 0);
    const place = this.#placeOf(size);
    const terms = { length, expected, maxBytes: maxEntryBytes };
    const whole = size > maxEntryBytes ? undefined : await takeSmall(body, length);
    // A small body that is here, of which nothing can be wrong and for which there is room: putting it is looking.
    const isSeen = replace || options.over !== undefined;
    const putsFirst = whole !== undefined && !isSeen && expected === undefined && ledger.fits(place);
    const first = isSeen || putsFirst ? options.over : await this.#finder.look(name);
    if (!isSeen && first !== undefined && (await this.#finder.isWhole(first))) {
      this.#subject.trace.outcome = 'kept';
      return { outcome: 'kept', digest: undefined };
    }
    // Before any room is asked for: it is the entry that is too large, not the store that is full.
    if (size > maxEntryBytes) throw new Problem('too-large');
    const reservation = putsFirst ? ledger.hold(place) : await ledger.reserve(place);
    try {
      const isCounted = length !== undefined || body instanceof Uint8Array;
      const source = isCounted ? body : withRoom(body, reservation);
      const written = whole === undefined ? await writeBody(blobs, source, terms) : checkWhole(whole, terms);
      const entry: Entry = {
        name,
        body: written.digest,
        inline: written.inline,
        createdAt: now(),
        durationMs: options.durationMs,
        facts: options.facts ?? {},
      };
      const outcome = await this.#put(entry, reservation, async () =>
        putsFirst ? await this.#putUnseen(entry) : unwrap(await entries.put(entry, { replace, over: first })),
      );
      return { outcome, digest: written.digest };
    } finally {
      reservation.release();
    }
  }

  async adopt(key: EntryKey, { name, ...content }: Entry): Promise<WriteReport['outcome']> {
    this.#checkWrite({});
    const { identity } = this.#subject;
    if (name.tenant !== identity.tenant || name.scope !== identity.scope) throw new Problem('read-only');
    const { entries, ledger, now } = this.#ground;
    const reservation = await ledger.reserve(this.#placeOf(content.body.size));
    try {
      const entry: Entry = { ...content, name: this.#finder.ownName(key), createdAt: now() };
      return await this.#put(entry, reservation, async () => unwrap(await entries.put(entry)));
    } finally {
      reservation.release();
    }
  }

  async remove(key: EntryKey): Promise<void> {
    if (!this.#subject.identity.mayWrite) throw new Problem('read-only');
    const pause = this.#finder.giveWay();
    if (pause !== undefined) await pause;
    unwrap(await this.#ground.entries.delete(this.#finder.ownName(key)));
    this.#subject.trace.outcome = 'removed';
  }

  /** Puts an entry whose body is here, and says so to those who count. */
  async #put(
    { inline, body }: Entry,
    reservation: Reservation,
    put: () => Promise<WriteReport['outcome']>,
  ): Promise<WriteReport['outcome']> {
    if (inline === undefined) this.#ground.ledger.noteBlob(body.hash);
    const outcome = await put();
    const { trace } = this.#subject;
    trace.outcome = outcome;
    if (outcome === 'stored') {
      trace.stored++;
      reservation.keep(body.size);
    }
    return outcome;
  }

  /** Puts an entry when nobody has looked what is there; that is looked at only if it is something. */
  async #putUnseen(entry: Entry): Promise<WriteReport['outcome']> {
    const { entries } = this.#ground;
    const outcome = unwrap(await entries.put(entry));
    if (outcome === 'stored') return outcome;
    const first = await this.#finder.look(entry.name);
    if (first === undefined || (await this.#finder.isWhole(first))) return outcome;
    return unwrap(await entries.put(entry, { over: first }));
  }

  #placeOf(bytes: number): Place {
    const { tenant, scope } = this.#subject.identity;
    return { tenant, scope, bytes };
  }

  #checkWrite({ facts }: WriteOptions): void {
    if (!this.#subject.identity.mayWrite) throw new Problem('read-only');
    if (facts === undefined) return;
    const all = Object.entries(facts);
    const isTooMuch = all.some(([name, value]) => name.length + value.length > MAX_FACT_BYTES);
    if (all.length > MAX_FACTS || isTooMuch) throw new Problem('bad-request', 'facts are too long');
  }
}
