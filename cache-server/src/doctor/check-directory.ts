import { randomBytes } from 'node:crypto';
import { digestOf } from '@tr/hash';
import type { Entry, EntryStore, StreamBlobStore } from '@tr/store';
import { runChecks, toResult, type CheckOutcome } from './check.js';

const SIZE = 9 * 1024 * 1024;

/** Tries everything that the server asks of its stores, with a blob and an entry of its own, which it removes. */
export async function checkDirectory(
  { entries, blobs }: { readonly entries: EntryStore; readonly blobs: StreamBlobStore },
  now: () => number,
): Promise<readonly CheckOutcome[]> {
  const content = randomBytes(SIZE);
  const digest = digestOf(content);
  const name = { tenant: '', scope: '', protocol: 'server', instance: 'doctor', key: digest.hash };
  const entry: Entry = { name, body: digest, inline: undefined, createdAt: now(), durationMs: undefined, facts: {} };
  return await runChecks([
    { name: 'put', isBase: true, run: async () => toResult(await blobs.putBytes(content)) },
    {
      name: 'get',
      isBase: true,
      run: async () => {
        const read = await blobs.readBytes(digest);
        if (!read.ok) return toResult(read);
        return content.equals(read.value) ? undefined : { kind: 'other-content' };
      },
    },
    {
      name: 'range',
      run: async () => {
        const pieces: Uint8Array[] = [];
        const read = await blobs.readRange(digest, { start: 5, end: 7 }, (piece) => void pieces.push(piece));
        if (!read.ok) return toResult(read);
        return Buffer.concat(pieces).equals(content.subarray(5, 8)) ? undefined : { kind: 'other-content' };
      },
    },
    {
      name: 'first-write',
      run: async () => {
        const first = await entries.put(entry);
        if (!first.ok) return toResult(first);
        const second = await entries.put({ ...entry, createdAt: entry.createdAt + 1 });
        if (!second.ok) return toResult(second);
        return first.value === 'stored' && second.value === 'kept' ? undefined : { kind: 'ignored' };
      },
    },
    {
      name: 'list',
      run: async () => {
        const { key, ...namespace } = name;
        const listed = await entries.list(namespace);
        if (!listed.ok) return toResult(listed);
        return listed.value.some((found) => found.name.key === key) ? undefined : { kind: 'other-content' };
      },
    },
    {
      name: 'delete',
      run: async () =>
        toResult(await entries.delete(name)) ?? toResult(await blobs.deleteBlob(digest.hash, Number.MAX_SAFE_INTEGER)),
    },
  ]);
}
