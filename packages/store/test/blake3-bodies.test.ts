import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '@tr/hash';
import {
  createFileBlobStore,
  createFileStreamBlobStore,
  nodeDisk,
  openCacheFolder,
  toBlake3,
  type BeginBlake3,
  type BodyDigest,
  type CacheFolder,
  type Entry,
  type StreamBlobStore,
} from '../src/index.js';
import { fromEntryBytes, toEntryBytes } from '../src/entry-store/entry-bytes.js';

/** Another digest of the same length: the library is the server's, and a store only compares names. */
const beginBlake3: BeginBlake3 = () => {
  const hash = createHash('sha512-256');
  let size = 0;
  return {
    update: (bytes) => {
      hash.update(bytes);
      size += bytes.length;
    },
    finish: () => ({ hash: toBlake3(hash.digest('hex')), size }),
  };
};
const BYTES = Buffer.alloc(300_000, 'a body that came under no digest, ');
const BODY: BodyDigest = {
  hash: toBlake3(createHash('sha512-256').update(BYTES).digest('hex')),
  size: BYTES.length,
};
const WHOLE = { start: 0, end: BYTES.length - 1 };

async function* inPieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000);
}

async function withFolder(
  use: (folder: CacheFolder, open: (begin?: BeginBlake3) => StreamBlobStore) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bodies-'));
  try {
    const folder = openCacheFolder({ directory, disk: nodeDisk });
    await use(folder, (begin) => createFileStreamBlobStore(folder, { beginBlake3: begin }));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function valueOf<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

/** What each way to read a body comes to. */
async function readEachWay(store: StreamBlobStore): Promise<readonly string[]> {
  const pieces: Uint8Array[] = [];
  const results = [
    await store.readBytes(BODY),
    await store.read(BODY, (piece) => void pieces.push(piece)),
    await store.readRange(BODY, WHOLE, (piece) => void pieces.push(piece)),
    await store.readRange(BODY, { start: 5, end: 9 }, () => {}),
  ];
  const [whole] = results;
  if (whole?.ok === true) {
    assert.ok(BYTES.equals(whole.value as Uint8Array));
    assert.ok(Buffer.concat(pieces).equals(Buffer.concat([BYTES, BYTES])));
  }
  return results.map((result) => (result.ok ? 'ok' : result.failure.code));
}

test('a body gets its own kind of name, is stored once, and stands beside the same bytes by SHA-256', async () => {
  await withFolder(async (_, open) => {
    const store = open(beginBlake3);
    assert.deepEqual(valueOf(await store.putBody(inPieces(BYTES))), { digest: BODY, added: true });
    assert.deepEqual(valueOf(await store.putBody(inPieces(BYTES))), { digest: BODY, added: false });
    assert.equal(valueOf(await store.putBody(inPieces(BYTES), () => false)), undefined);
    assert.deepEqual(valueOf(await store.findMissing([BODY, digestOf(BYTES)])), [digestOf(BYTES)]);
    assert.deepEqual(valueOf(await store.putStream(inPieces(BYTES))), { digest: digestOf(BYTES), added: true });
    for (const one of [store, open(beginBlake3)]) assert.deepEqual(await readEachWay(one), ['ok', 'ok', 'ok', 'ok']);
    const seen: BodyDigest[] = [];
    valueOf(await store.scanBlobs(({ digest }) => seen.push(digest)));
    assert.deepEqual(new Set(seen.map(({ hash }) => hash)), new Set([BODY.hash, digestOf(BYTES).hash]));
    assert.ok(valueOf(await store.deleteBlob(BODY.hash, Date.now() + 1000)));
    assert.deepEqual(valueOf(await store.findMissing([BODY, digestOf(BYTES)])), [BODY]);
  });
});

test('a damaged body is found out by each way to read it, and can be stored anew', async () => {
  await withFolder(async (folder, open) => {
    const path = folder.blobPath(BODY.hash);
    for (const at of [0, 1, 2, 3]) {
      const store = open(beginBlake3);
      assert.equal(valueOf(await store.putBody(inPieces(BYTES)))?.added, true);
      chmodSync(path, 0o644);
      writeFileSync(path, 'X', { flag: 'r+' });
      const ways = [
        () => store.readBytes(BODY),
        () => store.read(BODY, () => {}),
        () => store.readRange(BODY, WHOLE, () => {}),
        () => store.readRange(BODY, { start: 5, end: 9 }, () => {}),
      ];
      const result = await ways[at]?.();
      assert.equal(result?.ok === false && result.failure.code, 'store/corrupt', String(at));
      assert.deepEqual(valueOf(await store.findMissing([BODY])), [BODY]);
    }
  });
});

test('where its name cannot be verified a body is missing, and stays; new ones are named by SHA-256', async () => {
  await withFolder(async (folder, open) => {
    valueOf(await open(beginBlake3).putBody(inPieces(BYTES)));
    const plain = await createFileBlobStore(folder).readBytes(BODY);
    assert.equal(plain.ok === false && plain.failure.code, 'store/missing');
    const without = open();
    assert.deepEqual(valueOf(await without.findMissing([BODY, digestOf(BYTES)])), [BODY, digestOf(BYTES)]);
    assert.deepEqual(await readEachWay(without), Array(4).fill('store/missing'));
    assert.deepEqual(valueOf(await without.putBody(inPieces(BYTES))), { digest: digestOf(BYTES), added: true });
    assert.deepEqual(await readEachWay(open(beginBlake3)), ['ok', 'ok', 'ok', 'ok']);
  });
});

test('an entry says by its version which kind of name it has, and is not trusted with the other one', () => {
  const entry: Entry = {
    name: { tenant: 't', scope: 'main', protocol: 'p', instance: 'i', key: 'k' },
    body: BODY,
    inline: undefined,
    createdAt: 1,
    durationMs: 5,
    facts: {},
  };
  const text = Buffer.from(toEntryBytes(entry)).toString();
  assert.match(text, /"version":2\}$/);
  assert.deepEqual(fromEntryBytes(Buffer.from(text)), { ok: true, value: entry });
  const older = Buffer.from(toEntryBytes({ ...entry, body: digestOf(BYTES) })).toString();
  assert.match(older, /"version":1\}$/);
  for (const [from, to] of [
    [text, '1'],
    [older, '2'],
    [older, '3'],
  ] as const)
    assert.equal(fromEntryBytes(Buffer.from(from.replace(/"version":\d/, `"version":${to}`))).ok, false);
});
