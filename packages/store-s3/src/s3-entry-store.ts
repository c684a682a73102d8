import pLimit from 'p-limit';
import { fail, ok } from '@tr/model';
import {
  entryPath,
  fromEntryBytes,
  isSameName,
  MAX_ENTRY_BYTES,
  namespacePath,
  toEntryBytes,
  type Entry,
  type EntryName,
  type EntryStore,
  type StoreResult,
} from '@tr/store';
import type { Bucket } from './bucket.js';
import { putFirst, type ConditionalWrites } from './conditional-writes.js';
import { readObject } from './read-object.js';

const PARALLEL = 16;
/** A use is noted by a copy of the object onto itself; at most this often, milliseconds. */
const USE_INTERVAL_MS = 6 * 60 * 60 * 1000;

/** Entries as objects below `entries/`, their bodies inside or as blobs. */
export function createS3EntryStore(
  bucket: Bucket,
  options: { readonly conditions: ConditionalWrites; readonly now: () => number },
): EntryStore {
  const limit = pLimit(PARALLEL);
  const load = async (key: string): Promise<StoreResult<Entry | undefined>> => {
    const bytes = await readObject(bucket, key, MAX_ENTRY_BYTES);
    if (!bytes.ok || bytes.value === undefined) return bytes.ok ? ok(undefined) : bytes;
    const entry = bytes.value === 'too-large' ? fail('too large') : fromEntryBytes(bytes.value);
    if (entry.ok) return entry;
    await bucket.delete(key);
    return fail({ code: 'store/corrupt', kind: 'manifest', name: key, detail: entry.failure });
  };
  const loadAll = async (prefix: string, visit: (entry: Entry, modifiedAt: number) => void) => {
    const found: { readonly key: string; readonly modifiedAt: number }[] = [];
    const listed = await bucket.list(prefix, (info) => void found.push(info));
    if (!listed.ok) return listed;
    const loaded = await Promise.all(
      found.map(({ key, modifiedAt }) => limit(async () => ({ entry: await load(key), modifiedAt }))),
    );
    for (const { entry, modifiedAt } of loaded)
      if (entry.ok && entry.value !== undefined) visit(entry.value, modifiedAt);
    return ok(undefined);
  };

  return {
    async get(name) {
      const key = keyOf(name);
      const entry = await load(key);
      if (!entry.ok || entry.value === undefined) return entry;
      if (!isSameName(entry.value.name, name)) {
        await bucket.delete(key);
        return fail({ code: 'store/corrupt', kind: 'manifest', name: key, detail: 'an entry of another name' });
      }
      if (options.now() - entry.value.createdAt > USE_INTERVAL_MS) void noteUse(bucket, key, options.now());
      return entry;
    },

    async put(entry, putOptions) {
      const key = keyOf(entry.name);
      const bytes = toEntryBytes(entry);
      if (putOptions?.replace === true) {
        const put = await bucket.put(key, bytes);
        return put.ok ? ok('stored') : put;
      }
      const isReadable = async (): Promise<StoreResult<boolean>> => {
        const first = await load(key);
        return first.ok || first.failure.code === 'store/corrupt' ? ok(first.ok && first.value !== undefined) : first;
      };
      return await putFirst(bucket, options.conditions, { key, bytes, isReadable });
    },

    async delete(name) {
      return await bucket.delete(keyOf(name));
    },

    async list(namespace) {
      const entries: Entry[] = [];
      const listed = await loadAll(
        `entries/${namespacePath(namespace).join('/')}/`,
        (entry) => void entries.push(entry),
      );
      return listed.ok ? ok(entries.sort((a, b) => b.createdAt - a.createdAt)) : listed;
    },

    async scan(visit) {
      return await loadAll('entries/', ({ name, body, inline, createdAt, durationMs }, usedAt) =>
        visit({ name, body, hasBlob: inline === undefined, createdAt, usedAt, durationMs }),
      );
    },
  };
}

function keyOf(name: EntryName): string {
  return `entries/${entryPath(name).join('/')}`;
}

async function noteUse(bucket: Bucket, key: string, now: number): Promise<void> {
  const head = await bucket.head(key);
  if (head.ok && head.value !== undefined && now - head.value.modifiedAt > USE_INTERVAL_MS) await bucket.refresh(key);
}
