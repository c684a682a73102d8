import { ok, type ActionKey, type Digest, type StoreFailure } from '@tr/model';
import {
  MAX_INLINE_BYTES,
  OTHER_ENTRY_VERSION,
  type BodyStore,
  type Entry,
  type EntryName,
  type EntryStore,
} from '@tr/store';
import {
  findSignatureFlaw,
  listOuterChunks,
  MAX_ENTRY_BYTES,
  parseEntryBytes,
  type Chunk,
  type EntryDocument,
  type TrustedKeys,
} from '@tr/transport';
import { digestOf } from '@tr/hash';
import pLimit from 'p-limit';
import { MAX_ENTRIES_IN_MEMORY, trouble, type RemoteBackend, type RemoteResult } from './remote-backend.js';

/** Two stores that several machines reach directly: a bucket. */
export interface StoreBackendOptions {
  readonly blobs: BodyStore;
  readonly entries: EntryStore;
  /** The scope to write to, and those to read after it. Nobody checks that: whoever may write to the bucket may write all. */
  readonly scope: string;
  readonly parents: readonly string[];
  /** When set, an entry of `scope` that none of these has signed gives way to one that is. */
  readonly trustedKeys?: TrustedKeys | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Requests to the store at once. */
const PARALLEL = 8;

/** Entries and chunks in stores without a server in between. */
export function createStoreBackend(options: StoreBackendOptions): RemoteBackend {
  const { blobs, entries, now } = options;
  const limit = pLimit(PARALLEL);
  const nameOf = (scope: string, key: string): EntryName => ({
    tenant: '',
    scope,
    protocol: 'tr',
    instance: 'entry',
    key,
  });

  const findEntry = async (key: ActionKey): Promise<RemoteResult<Uint8Array | undefined>> => {
    let isDamaged = false;
    for (const scope of [options.scope, ...options.parents]) {
      const entry = await entries.get(nameOf(scope, key));
      if (!entry.ok && entry.failure.code !== 'store/corrupt') return toTrouble(entry.failure);
      isDamaged ||= !entry.ok && isDamage(entry.failure);
      if (!entry.ok || entry.value === undefined) continue;
      if (entry.value.inline !== undefined) return ok(entry.value.inline);
      if (entry.value.body.size > MAX_ENTRY_BYTES) continue;
      const body = await blobs.readBytes(entry.value.body);
      if (body.ok) return body;
      if (!isMissing(body.failure)) return toTrouble(body.failure);
      isDamaged ||= isDamage(body.failure);
    }
    // No entry, which is told as what it is: whoever shares the bucket should know that something damages it.
    return ok(isDamaged ? new Uint8Array() : undefined);
  };

  const isTrusted = (document: EntryDocument): boolean =>
    options.trustedKeys === undefined || findSignatureFlaw(document, options.trustedKeys) === undefined;

  /**
   * What is there, if parts of it are gone (a rule of the bucket has removed them), or if nobody who counts has signed it and
   * the new one is signed. It gives way, or it would be a miss for ever.
   */
  const findUseless = async (key: ActionKey, isSigned: boolean): Promise<RemoteResult<Entry | undefined>> => {
    const there = await entries.get(nameOf(options.scope, key));
    if (!there.ok) return toTrouble(there.failure);
    if (there.value === undefined) return ok(undefined);
    if (there.value.body.size > MAX_ENTRY_BYTES) return ok(there.value);
    const body = there.value.inline === undefined ? await blobs.readBytes(there.value.body) : ok(there.value.inline);
    if (!body.ok) return isMissing(body.failure) ? ok(there.value) : toTrouble(body.failure);
    const document = parseEntryBytes(body.value, key);
    if (!document.ok) return ok(document.failure.isOtherVersion ? undefined : there.value);
    if (isSigned && !isTrusted(document.value)) return ok(there.value);
    const missing = await blobs.findMissing(listOuterChunks(document.value));
    if (!missing.ok) return toTrouble(missing.failure);
    return ok(missing.value.length > 0 ? there.value : undefined);
  };

  return {
    async lookup(keys) {
      const found = new Map<ActionKey, Uint8Array>();
      let room = MAX_ENTRIES_IN_MEMORY;
      const find = async (key: ActionKey): ReturnType<typeof findEntry> => {
        if (room <= 0) return ok(undefined);
        const result = await findEntry(key);
        if (result.ok) room -= result.value?.length ?? 0;
        return result;
      };
      const results = await Promise.all(keys.map((key) => limit(() => find(key))));
      for (const [at, key] of keys.entries()) {
        const result = results[at];
        if (result?.ok === false) return result;
        if (result?.value !== undefined) found.set(key, result.value);
      }
      return ok(found);
    },

    async findMissing(chunks) {
      const missing = await blobs.findMissing(chunks);
      return missing.ok ? missing : toTrouble(missing.failure);
    },

    async getChunks(chunks) {
      const results = await Promise.all(chunks.map((chunk) => limit(() => readChunk(blobs, chunk))));
      const bytes: (Uint8Array | undefined)[] = [];
      for (const result of results) {
        if (!result.ok) return result;
        bytes.push(result.value);
      }
      return ok(bytes);
    },

    async putChunks(chunks) {
      const results = await Promise.all(chunks.map((chunk) => limit(() => putChunk(blobs, chunk))));
      return results.find((result) => !result.ok) ?? ok(undefined);
    },

    async putEntry(key, bytes) {
      const body = digestOf(bytes);
      const isInline = bytes.length <= MAX_INLINE_BYTES;
      if (!isInline) {
        const put = await blobs.putBytes(bytes);
        if (!put.ok) return toPutTrouble(put.failure);
      }
      const entry: Entry = {
        name: nameOf(options.scope, key),
        body,
        inline: isInline ? bytes : undefined,
        createdAt: now(),
        durationMs: undefined,
        facts: {},
      };
      const put = await entries.put(entry);
      if (!put.ok || put.value === 'stored') return put.ok ? put : toPutTrouble(put.failure);
      const own = parseEntryBytes(bytes, key);
      const over = await findUseless(key, own.ok && isTrusted(own.value));
      if (!over.ok || over.value === undefined) return over.ok ? put : over;
      const again = await entries.put(entry, { over: over.value });
      return again.ok ? again : toTrouble(again.failure);
    },
  };
}

async function readChunk(blobs: BodyStore, chunk: Digest): Promise<RemoteResult<Uint8Array | undefined>> {
  const bytes = await blobs.readBytes({ hash: chunk.hash, size: chunk.size });
  if (bytes.ok) return bytes;
  return isMissing(bytes.failure) ? ok(undefined) : toTrouble(bytes.failure);
}

async function putChunk(blobs: BodyStore, chunk: Chunk): Promise<RemoteResult<undefined>> {
  const put = await blobs.putBytes(chunk.bytes);
  return put.ok ? ok(undefined) : toPutTrouble(put.failure);
}

/** Nothing there, or nothing of use: the result is stored again. */
function isMissing({ code }: StoreFailure): boolean {
  return code === 'store/missing' || code === 'store/corrupt';
}

/** Bytes that are not what they were stored as; what another version has stored is none of that. */
function isDamage(failure: StoreFailure): boolean {
  return failure.code === 'store/corrupt' && failure.detail !== OTHER_ENTRY_VERSION;
}

/** Who may read but not write is told so by this word. Other refusals are of whoever this was, for reading as well. */
function toPutTrouble(failure: StoreFailure): ReturnType<typeof trouble> {
  const isWriteRefused = failure.code === 'store/denied' && failure.detail === 'AccessDenied';
  return isWriteRefused ? trouble('read-only', 'the bucket may be read, not written') : toTrouble(failure);
}

function toTrouble(failure: StoreFailure): ReturnType<typeof trouble> {
  if (failure.code === 'store/io') return trouble('unreachable', `the bucket failed (${failure.detail})`);
  const isForbidden = failure.code === 'store/denied' || failure.code === 'store/read-only';
  return isForbidden ? trouble('refused', 'the bucket does not allow it') : trouble('rejected', failure.code);
}
