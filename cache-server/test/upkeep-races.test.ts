/** What others do while upkeep works: between its look at all entries and what becomes of them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  createFileEntryStore,
  createFileStreamBlobStore,
  nodeDisk,
  openCacheFolder,
  type Entry,
  type EntryStore,
} from '@tr/store';
import { Ledger } from '../src/upkeep/ledger.js';
import { Upkeep, type UpkeepReport } from '../src/upkeep/upkeep.js';

const HOUR = 3_600_000;
const CONTENT = Buffer.alloc(50_000, 'x');

interface Parts {
  readonly ledger: Ledger;
  readonly put: (key: string, replace?: boolean) => Promise<Entry>;
  readonly read: (key: string) => Promise<'hit' | 'miss'>;
  /** A round, two hours later than the files say, where an entry may be an hour old. */
  readonly run: (others: {
    /** By how much the clock is off until the store has answered, milliseconds. */
    readonly ahead?: number;
    readonly afterScan: () => Promise<unknown>;
    readonly hearAll?: () => Promise<void>;
  }) => Promise<UpkeepReport>;
}

function open(t: TestContext): Parts {
  const directory = mkdtempSync(join(tmpdir(), 'upkeep-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const folder = openCacheFolder({ directory, disk: nodeDisk });
  const now = (): number => Date.now() + 2 * HOUR;
  const entries = createFileEntryStore(folder, { now });
  const blobs = createFileStreamBlobStore(folder);
  const quotas = { totalBytes: undefined, scopeBytes: {}, maxAgeMs: HOUR };
  const ledger = new Ledger(quotas);
  const nameOf = (key: string) => ({ tenant: 't', scope: 'main', protocol: 'p', instance: '', key });
  return {
    ledger,
    put: async (key, replace = false) => {
      const put = await blobs.putBytes(CONTENT);
      assert.ok(put.ok);
      const entry = {
        name: nameOf(key),
        body: put.value.digest,
        inline: undefined,
        createdAt: 0,
        durationMs: 1,
        facts: {},
      };
      assert.deepEqual(await entries.put(entry, { replace }), { ok: true, value: 'stored' });
      return entry;
    },
    read: async (key) => {
      const found = await entries.get(nameOf(key));
      assert.ok(found.ok);
      if (found.value === undefined) return 'miss';
      assert.deepEqual(
        await blobs.findMissing([found.value.body]),
        { ok: true, value: [] },
        'an entry without its blob',
      );
      return 'hit';
    },
    run: async ({ ahead = 0, afterScan, hearAll }) => {
      let off = ahead;
      const slow: EntryStore = {
        ...entries,
        scan: async (visit) => {
          const scanned = await entries.scan(visit);
          await afterScan();
          off = 0;
          return scanned;
        },
      };
      const isShared = ahead > 0;
      const clock = (): number => (isShared ? Date.now() + off : now());
      const parts = { entries: slow, blobs, ledger, quotas, hearAll, isShared };
      return await new Upkeep({ ...parts, now: clock, onEvicted: () => {} }).run();
    },
  };
}

test('an entry that is used, or stored anew, while upkeep looks at the others stays with its blob', async (t) => {
  for (const how of ['used', 'stored anew']) {
    const { put, read, run } = open(t);
    await put('a');
    await put('b');
    // Another tick of the file system's clock.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const report = await run({ afterScan: async () => void (how === 'used' ? await read('a') : await put('a', true)) });
    assert.deepEqual([report.evictedEntries, report.keptEntries, report.removedBlobs], [1, 1, 0], how);
    assert.deepEqual([await read('a'), await read('b')], ['hit', 'miss']);
  }
});

test('a blob that another process names again is spared when its news has only just come', async (t) => {
  const { ledger, put, read, run } = open(t);
  const { body } = await put('a');
  const report = await run({
    // It has found the blob there, told so, and put its entry.
    afterScan: () => put('b'),
    hearAll: async () => ledger.noteBlob(body.hash),
  });
  assert.deepEqual([report.evictedEntries, report.removedBlobs], [1, 0]);
  assert.deepEqual([await read('a'), await read('b')], ['miss', 'hit']);
});

test('a clock that is off until the bucket has answered takes nothing from those who write meanwhile', async (t) => {
  const { put, read, run } = open(t);
  const { evictedEntries, removedBlobs } = await run({ ahead: 3 * HOUR, afterScan: () => put('a') });
  assert.deepEqual([evictedEntries, removedBlobs], [0, 0]);
  assert.equal(await read('a'), 'hit');
});
