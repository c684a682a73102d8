import pLimit from 'p-limit';
import type { StoreFailure } from '@tr/model';
import { keyDigest, type Entry, type EntryName, type EntryStore, type StreamBlobStore } from '@tr/store';
import { readChain, type Scope, type ScopeParents } from '../auth/scope.js';
import type { Identity } from '../auth/identity.js';
import { Problem } from '../http/problem.js';
import type { Ledger } from '../upkeep/ledger.js';
import type { CacheSession, EntryKey, WriteOptions, WriteReport } from './cache-session.js';
import { pullContent } from './pull.js';
import type { RequestTrace } from './request-trace.js';
import { unwrap } from './store-problem.js';
import { checkWhole, takeSmall, writeBody } from './write-body.js';

/** What sessions are made over; one per server. */
export interface SessionGround {
  readonly entries: EntryStore;
  readonly blobs: StreamBlobStore;
  readonly parents: ScopeParents;
  readonly ledger: Ledger;
  /** Largest body, bytes. */
  readonly maxEntryBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Whose session it is and where its trace goes. */
export interface SessionSubject {
  readonly identity: Identity;
  readonly protocol: string;
  readonly trace: RequestTrace;
}

/** What the store says of a body that cannot be had any more: a miss, as it will be for the next one who asks. */
const GONE: readonly StoreFailure['code'][] = ['store/missing', 'store/corrupt'];
/** Of the digest of a key, in the log. */
const KEY_DIGITS = 12;
const MAX_NAME_BYTES = 2048;
const MAX_FACTS = 16;
const MAX_FACT_BYTES = 1024;
/** Entries of one request that are looked for at once: a bucket takes tens of milliseconds for each. */
const PARALLEL = 16;

/** The cache as one credential sees it through one protocol. The only place where names get their tenant and scope. */
export function createSession(ground: SessionGround, subject: SessionSubject): CacheSession {
  const { entries, blobs, ledger } = ground;
  const { identity, protocol, trace } = subject;
  const chain = readChain(identity.scope, ground.parents);

  const toName = (scope: Scope, { instance, key }: EntryKey): EntryName => {
    if (instance.length + key.length > MAX_NAME_BYTES) throw new Problem('bad-request', 'a name is too long');
    return { tenant: identity.tenant, scope, protocol, instance, key };
  };
  const isWhole = async (entry: Entry): Promise<boolean> =>
    entry.inline !== undefined || unwrap(await blobs.findMissing([entry.body])).length === 0;
  /** What is there, of use or not; undefined also for an entry that cannot be trusted. */
  const look = async (name: EntryName): Promise<Entry | undefined> => {
    const found = await entries.get(name);
    if (!found.ok && found.failure.code === 'store/corrupt') return undefined;
    return unwrap(found);
  };
  /**
   * Undefined also for an entry whose blob is gone. It stays where it is: by now it may be one that a writer has just put
   * in its place. The next write replaces it, or upkeep takes it.
   */
  const findIn = async (scope: Scope, key: EntryKey): Promise<Entry | undefined> => {
    const entry = await look(toName(scope, key));
    return entry !== undefined && (await isWhole(entry)) ? entry : undefined;
  };
  const findOnChain = async (key: EntryKey): Promise<Entry | undefined> => {
    for (const scope of chain) {
      const entry = await findIn(scope, key);
      if (entry !== undefined) return entry;
    }
    return undefined;
  };
  const findAllOnChain = async (keys: readonly EntryKey[]): Promise<readonly (Entry | undefined)[]> =>
    await pLimit(PARALLEL).map(keys, findOnChain);
  const noteFound = (entry: Entry | undefined): void => {
    trace.outcome = entry === undefined ? 'miss' : 'hit';
    if (entry === undefined) trace.misses++;
    else trace.hits++;
  };
  /** Puts an entry when nobody has looked what is there; that is looked at only if it is something. */
  const putUnseen = async (entry: Entry): Promise<WriteReport['outcome']> => {
    const outcome = unwrap(await entries.put(entry));
    if (outcome === 'stored') return outcome;
    const first = await look(entry.name);
    if (first === undefined || (await isWhole(first))) return outcome;
    return unwrap(await entries.put(entry, { over: first }));
  };
  const checkWrite = (options: WriteOptions): void => {
    if (!identity.mayWrite) throw new Problem('read-only');
    if (options.facts === undefined) return;
    const facts = Object.entries(options.facts);
    const isTooMuch = facts.some(([name, value]) => name.length + value.length > MAX_FACT_BYTES);
    if (facts.length > MAX_FACTS || isTooMuch) throw new Problem('bad-request', 'facts are too long');
  };
  const noteKey = ({ key }: EntryKey): void => {
    trace.key = keyDigest(key).slice(0, KEY_DIGITS);
  };

  return {
    identity,

    async find(key) {
      noteKey(key);
      const entry = await findOnChain(key);
      noteFound(entry);
      return entry;
    },

    async findAll(keys) {
      for (const key of keys.slice(-1)) noteKey(key);
      const found = await findAllOnChain(keys);
      found.forEach(noteFound);
      return found;
    },

    async sizesOf(keys) {
      const found = await findAllOnChain(keys);
      return found.map((entry) => entry?.body.size);
    },

    async list(instance) {
      const all: Entry[] = [];
      for (const scope of chain)
        all.push(...unwrap(await entries.list({ tenant: identity.tenant, scope, protocol, instance })));
      return all;
    },

    read(entry, range) {
      const { inline, body } = entry;
      const part = range ?? { start: 0, end: body.size - 1 };
      return pullContent(async (sink) => {
        if (inline === undefined) return await blobs.readRange(body, part, sink);
        await sink(inline.subarray(part.start, part.end + 1));
        return { ok: true, value: undefined };
      });
    },

    async pour({ inline, body }, range, { buffer, sink }) {
      if (inline !== undefined) return await sink(inline.subarray(range.start, range.end + 1));
      let held: Uint8Array | undefined;
      const poured = await blobs.readRange(
        body,
        range,
        async (chunk) => {
          if (chunk.buffer === buffer.buffer) return await sink(chunk);
          const ready = held;
          held = chunk;
          if (ready !== undefined) await sink(ready);
        },
        buffer,
      );
      if (!poured.ok && GONE.includes(poured.failure.code)) throw new Problem('not-found', poured.failure.code);
      unwrap(poured);
      if (held !== undefined) await sink(held);
    },

    async readBytes(entry) {
      return entry.inline ?? unwrap(await blobs.readBytes(entry.body));
    },

    async write(key, body, options = {}): Promise<WriteReport> {
      checkWrite(options);
      noteKey(key);
      const name = toName(identity.scope, key);
      const replace = options.mode === 'replace';
      const { tenant, scope } = identity;
      const { length, expected } = options;
      const size = body instanceof Uint8Array ? body.length : (length ?? 0);
      const place = { tenant, scope, bytes: size };
      const terms = { length, expected, maxBytes: ground.maxEntryBytes };
      const whole = size > ground.maxEntryBytes ? undefined : await takeSmall(body, length);
      // A small body that is here, of which nothing can be wrong and for which there is room: putting it is looking.
      const isSeen = replace || options.over !== undefined;
      const putsFirst = whole !== undefined && !isSeen && expected === undefined && ledger.fits(place);
      const first = isSeen || putsFirst ? options.over : await look(name);
      if (!isSeen && first !== undefined && (await isWhole(first))) {
        trace.outcome = 'kept';
        return { outcome: 'kept', digest: undefined };
      }
      // Before any room is asked for: it is the entry that is too large, not the store that is full.
      if (size > ground.maxEntryBytes) throw new Problem('too-large');
      const reservation = putsFirst ? ledger.hold(place) : await ledger.reserve(place);
      try {
        const written = whole === undefined ? await writeBody(blobs, body, terms) : checkWhole(whole, terms);
        const entry: Entry = {
          name,
          body: written.digest,
          inline: written.inline,
          createdAt: ground.now(),
          durationMs: options.durationMs,
          facts: options.facts ?? {},
        };
        if (written.inline === undefined) ledger.noteBlob(written.digest.hash);
        const outcome = putsFirst ? await putUnseen(entry) : unwrap(await entries.put(entry, { replace, over: first }));
        trace.outcome = outcome;
        if (outcome === 'stored') {
          trace.stored++;
          reservation.keep(written.digest.size);
        }
        return { outcome, digest: written.digest };
      } finally {
        reservation.release();
      }
    },

    async adopt(key, entry) {
      checkWrite({});
      noteKey(key);
      const { tenant, scope } = identity;
      if (entry.name.tenant !== tenant || entry.name.scope !== scope) throw new Problem('read-only');
      const reservation = await ledger.reserve({ tenant, scope, bytes: entry.body.size });
      try {
        if (entry.inline === undefined) ledger.noteBlob(entry.body.hash);
        const outcome = unwrap(await entries.put({ ...entry, name: toName(scope, key), createdAt: ground.now() }));
        trace.outcome = outcome;
        if (outcome === 'stored') {
          trace.stored++;
          reservation.keep(entry.body.size);
        }
        return outcome;
      } finally {
        reservation.release();
      }
    },

    async remove(key) {
      if (!identity.mayWrite) throw new Problem('read-only');
      noteKey(key);
      unwrap(await entries.delete(toName(identity.scope, key)));
      trace.outcome = 'removed';
    },
  };
}
