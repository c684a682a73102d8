import { fail, ok, type Result } from '@tr/model';
import {
  entryPath,
  fromEntryBytes,
  isSameName,
  isSameWrite,
  MAX_ENTRY_BYTES,
  namespacePath,
  readEntryUse,
  RecentEntries,
  toEntryBytes,
  withoutBody,
  type Entry,
  type EntryName,
  type EntryPutOptions,
  type EntryStore,
  type EntryUsage,
  type ListedEntry,
  type StoreResult,
} from '@tr/store';
import type { Bucket, ObjectInfo } from './bucket.js';
import type { FirstWriter } from './put-first.js';
import { readObject, type ReadObject } from './read-object.js';
import { createUseNotes } from './use-notes.js';

/** Entries that a listing reads at once. */
const PARALLEL = 16;

/** What the store is made over. */
export interface S3EntryStoreOptions {
  readonly writer: FirstWriter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Objects to load. */
interface Listing<T> {
  readonly prefix: string;
  /** The failure is what is wrong with the bytes: then they are passed over. */
  readonly read: (bytes: Uint8Array) => Result<T, string>;
  readonly visit: (value: T, info: ObjectInfo) => void;
  /** What is known already is not read. */
  readonly find?: (info: ObjectInfo) => T | undefined;
}

type EntryUse = Omit<EntryUsage, 'usedAt'>;

/**
 * Entries as objects below `entries/`, their bodies inside or as blobs. A reader never removes anything: an object that
 * cannot be trusted may be another one by then, and gives way to the next writer.
 */
export function createS3EntryStore(bucket: Bucket, { writer, now }: S3EntryStoreOptions): EntryStore {
  const uses = createUseNotes(bucket, now);
  /** What lists have read, by etag: a job that asks by prefix asks again and again for a list that has hardly changed. */
  const listed = new RecentEntries<string>((a, b) => a === b && a !== '');

  const loadAll = async <T>({ prefix, read, visit, find }: Listing<T>): Promise<StoreResult<undefined>> => {
    const waiting: ObjectInfo[] = [];
    const loadWaiting = async (): Promise<StoreResult<undefined>> => {
      const loading = waiting.splice(0).map(async (info) => {
        return { info, object: await readObject(bucket, info.key, MAX_ENTRY_BYTES) };
      });
      for (const { info, object } of await Promise.all(loading)) {
        // What is there but cannot be read now must not be taken for absent: its blob would be.
        if (!object.ok) return object;
        const entry = parse(object.value, read);
        if (entry.ok && entry.value !== undefined) visit(entry.value, info);
      }
      return ok(undefined);
    };
    let trouble: StoreResult<undefined> = ok(undefined);
    const all = await bucket.list(prefix, async (info) => {
      const known = find?.(info);
      if (known !== undefined) {
        visit(known, info);
        return;
      }
      waiting.push(info);
      if (waiting.length >= PARALLEL && trouble.ok) trouble = await loadWaiting();
    });
    if (!all.ok) return all;
    return trouble.ok ? await loadWaiting() : trouble;
  };

  return {
    async get(name) {
      const key = keyOf(name);
      const object = await readObject(bucket, key, MAX_ENTRY_BYTES);
      if (!object.ok) return object;
      const entry = parse(object.value, fromEntryBytes);
      const isOther = entry.ok && entry.value !== undefined && !isSameName(entry.value.name, name);
      const flaw = entry.ok ? (isOther ? 'an entry of another name' : undefined) : entry.failure;
      if (flaw !== undefined) return fail({ code: 'store/corrupt', kind: 'entry', name: key, detail: flaw });
      if (entry.ok && entry.value !== undefined && object.value !== undefined)
        uses.note(entry.value, { key, etag: object.value.etag, modifiedAt: object.value.modifiedAt });
      return ok(entry.ok ? entry.value : undefined);
    },

    async put(entry, options) {
      const key = keyOf(entry.name);
      const bytes = toEntryBytes(entry);
      if (options?.replace === true) {
        const put = await bucket.put(key, bytes);
        return put.ok ? ok('stored') : put;
      }
      const givesWay = (there: Uint8Array): boolean => isOfNoUse(there, entry.name, options);
      const first = await writer.put({ key, bytes, limit: MAX_ENTRY_BYTES, givesWay });
      return first.ok ? ok(first.value === undefined ? 'stored' : 'kept') : first;
    },

    async delete(name) {
      return await bucket.delete(keyOf(name));
    },

    async evict(name, usedAt) {
      const key = keyOf(name);
      const head = await bucket.head(key);
      if (!head.ok) return head;
      if (head.value !== undefined && head.value.modifiedAt > usedAt) return ok(false);
      const gone = await bucket.delete(key);
      return gone.ok ? ok(true) : gone;
    },

    async list(namespace) {
      const entries: ListedEntry[] = [];
      const loaded = await loadAll<Entry>({
        prefix: `entries/${namespacePath(namespace).join('/')}/`,
        read: fromEntryBytes,
        visit: (entry, { key, etag }) => {
          listed.note(key, etag, entry);
          entries.push(withoutBody(entry));
        },
        find: ({ key, etag }) => listed.find(key, etag),
      });
      return loaded.ok ? ok(entries.sort((a, b) => b.createdAt - a.createdAt)) : loaded;
    },

    async scan(visit) {
      return await loadAll<EntryUse>({
        prefix: 'entries/',
        read: readEntryUse,
        visit: (use, { modifiedAt }) => visit({ ...use, usedAt: modifiedAt }),
      });
    },
  };
}

function keyOf(name: EntryName): string {
  return `entries/${entryPath(name).join('/')}`;
}

/** The value is undefined when the object is gone, the failure what is wrong with it. */
function parse<T>(object: ReadObject | undefined, read: Listing<T>['read']): Result<T | undefined, string> {
  if (object === undefined) return ok(undefined);
  return object.bytes === undefined ? fail('too large') : read(object.bytes);
}

function isOfNoUse(there: Uint8Array, name: EntryName, options: EntryPutOptions | undefined): boolean {
  const first = fromEntryBytes(there);
  if (!first.ok || !isSameName(first.value.name, name)) return true;
  return options?.over !== undefined && isSameWrite(first.value, options.over);
}
