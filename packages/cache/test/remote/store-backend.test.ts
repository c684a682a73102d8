import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { digestOf } from '@tr/hash';
import { fail, type ActionKey } from '@tr/model';
import {
  createFileEntryStore,
  createMemoryBlobStore,
  nodeDisk,
  openCacheFolder,
  type EntryStore,
  OTHER_ENTRY_VERSION,
} from '@tr/store';
import { parseSigningKey, parseTrustedKeys, signManifest, toEntryBytes, type TrustedKeys } from '@tr/transport';
import { createStoreBackend } from '../../src/index.js';

const KEY = 'a'.repeat(64) as ActionKey;
const CHUNK = { ...digestOf(Buffer.from('chunk')), length: 5, bytes: Buffer.from('chunk') };
const { signal } = new AbortController();
const directories: string[] = [];

function createKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signing = parseSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  const trusted = parseTrustedKeys([publicKey.export({ format: 'pem', type: 'spki' }).toString()]);
  assert.ok(signing !== undefined && trusted.ok);
  return { signing, trusted: trusted.value };
}

function entryOf(word: string, signing?: ReturnType<typeof createKeys>['signing']): Buffer {
  const manifest = digestOf(Buffer.from(word));
  const signature = signing && signManifest(manifest.hash, signing);
  return toEntryBytes({ actionKey: KEY, manifest, durationMs: 1, chunks: [CHUNK], inline: [], signature });
}

const now = (): number => Date.now();

function createEntries(): EntryStore {
  const directory = mkdtempSync(join(tmpdir(), 'tr-store-backend-'));
  directories.push(directory);
  return createFileEntryStore(openCacheFolder({ directory, disk: nodeDisk }), { now });
}

/** A bucket, and those who come to it. */
async function openBucket() {
  const entries = createEntries();
  const blobs = createMemoryBlobStore(new Map());
  const as = (scope: string, trustedKeys?: TrustedKeys) => {
    const backend = createStoreBackend({ blobs, entries, scope, parents: ['main'], trustedKeys, now });
    return {
      put: async (bytes: Buffer) => {
        const put = await backend.putEntry(KEY, bytes, signal);
        return put.ok ? put.value : put.failure.kind;
      },
      get: async () => {
        const found = await backend.lookup([KEY], signal);
        assert.ok(found.ok);
        return found.value.get(KEY);
      },
    };
  };
  await createStoreBackend({ blobs, entries, scope: 'main', parents: [], now }).putChunks([CHUNK], signal);
  return as;
}

describe('entries in a bucket without a server', () => {
  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  });

  it('that nobody who counts has signed give way to one that is signed, in its own scope', async () => {
    const { signing, trusted } = createKeys();
    const stranger = createKeys().signing;
    for (const there of [entryOf('unsigned'), entryOf('strange', stranger)]) {
      const as = await openBucket();
      assert.equal(await as('main').put(there), 'stored');
      assert.equal(await as('pr/7', trusted).put(entryOf('pull', signing)), 'stored');
      assert.deepEqual(Buffer.from((await as('main').get()) ?? []), there);
      const own = entryOf('own', signing);
      assert.equal(await as('main', trusted).put(own), 'stored');
      assert.deepEqual(Buffer.from((await as('main').get()) ?? []), own);
      assert.equal(await as('main', trusted).put(entryOf('later', signing)), 'kept');
      assert.deepEqual(Buffer.from((await as('main').get()) ?? []), own);
    }
  });

  it('that may be read but not written are told so; other refusals are of whoever asks', async () => {
    const denied = (detail: string) => async () => fail({ code: 'store/denied', path: '', detail } as const);
    for (const [detail, kind] of [
      ['AccessDenied', 'read-only'],
      ['InvalidAccessKeyId', 'refused'],
    ] as const) {
      const blobs = { ...createMemoryBlobStore(new Map()), putBytes: denied(detail), readBytes: denied(detail) };
      const entries = { ...createEntries(), put: denied(detail) };
      const terms = { blobs, entries, scope: 'main', parents: [], now };
      const backend = createStoreBackend(terms);
      const failures = [
        await backend.putChunks([CHUNK], signal),
        await backend.putEntry(KEY, entryOf('small'), signal),
        await backend.putEntry(KEY, randomBytes(100_000), signal),
      ];
      assert.deepEqual(
        failures.map((put) => (put.ok ? 'ok' : put.failure.kind)),
        [kind, kind, kind],
      );
      const read = await backend.getChunks([CHUNK], signal);
      assert.ok(!read.ok && read.failure.kind === 'refused');
    }
  });

  it('that are damaged are told as no entry, unless another scope has one; those of another version are not there', async () => {
    for (const [detail, length] of [
      ['not JSON', 0],
      [OTHER_ENTRY_VERSION, undefined],
    ] as const) {
      const entries = createEntries();
      const get: EntryStore['get'] = async (name) =>
        name.scope === 'pr/7'
          ? fail({ code: 'store/corrupt', kind: 'entry', name: '', detail })
          : await entries.get(name);
      const terms = { blobs: createMemoryBlobStore(new Map()), entries: { ...entries, get }, parents: ['main'], now };
      const backend = createStoreBackend({ ...terms, scope: 'pr/7' });
      const lookup = async () => {
        const found = await backend.lookup([KEY], signal);
        assert.ok(found.ok);
        return found.value.get(KEY);
      };
      assert.equal((await lookup())?.length, length);
      const there = entryOf('of main');
      await createStoreBackend({ ...terms, scope: 'main' }).putEntry(KEY, there, signal);
      assert.deepEqual(Buffer.from((await lookup()) ?? []), there);
    }
  });

  it('stay when what comes is no better, or when nobody asks for signatures', async () => {
    const { signing, trusted } = createKeys();
    const as = await openBucket();
    assert.equal(await as('main').put(entryOf('unsigned')), 'stored');
    assert.equal(await as('main', trusted).put(entryOf('unsigned too')), 'kept');
    assert.equal(await as('main', trusted).put(entryOf('strange', createKeys().signing)), 'kept');
    assert.equal(await as('main').put(entryOf('signed', signing)), 'kept');
  });
});
