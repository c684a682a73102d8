import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseLookupHeader, parseMissingAnswer, PATHS, toChunkList, toLookupRequest } from '@tr/protocol';
import {
  parseEntryBytes,
  parseSigningKey,
  parseTrustedKeys,
  signManifest,
  toEntryBytes,
  type SigningKey,
} from '@tr/transport';
import type { ActionKey, Sha256 } from '@tr/model';
import { createFileEntryStore, createFileStreamBlobStore, nodeDisk, openCacheFolder, type EntryStore } from '@tr/store';
import { call, startTestServer, type TestServer } from './rig/server.js';

const sha256 = (bytes: string | Uint8Array): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;
const keyOf = (word: string): ActionKey => sha256(word) as string as ActionKey;

/** A chunk; the server does not look inside. */
function chunkOf(text: string) {
  const bytes = Buffer.from(text);
  return { hash: sha256(bytes), size: bytes.length, length: 100, bytes };
}
type TestChunk = ReturnType<typeof chunkOf>;

function entryOf(word: string, chunks: readonly TestChunk[], manifest = 'manifest', key?: SigningKey): Buffer {
  const refs = chunks.map(({ hash, size, length }) => ({ hash, size, length }));
  const rest = { durationMs: 5, inline: [], signature: key && signManifest(sha256(manifest), key) };
  return toEntryBytes({ actionKey: keyOf(word), manifest: { hash: sha256(manifest), size: 8 }, chunks: refs, ...rest });
}

/** A pair of keys, as the machine that signs and as the server have them. */
function createKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signing = parseSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  const trusted = parseTrustedKeys([publicKey.export({ format: 'pem', type: 'spki' }).toString()]);
  assert.ok(signing !== undefined && trusted.ok);
  return { signing, trusted: trusted.value };
}

function client(server: TestServer, token: string) {
  const post = (path: string, body: string | Uint8Array) =>
    call(server, path, { method: 'POST', token, body: Buffer.from(body) });
  return {
    post,
    putChunks: (chunks: readonly TestChunk[], sent = chunks) =>
      post(
        PATHS.putChunks,
        Buffer.concat([Buffer.from(`${toChunkList(chunks)}\n`), ...sent.map(({ bytes }) => bytes)]),
      ),
    putEntry: (word: string, bytes: Buffer) =>
      call(server, `${PATHS.entries}/${keyOf(word)}`, { method: 'PUT', token, body: bytes }),
    getEntry: async (word: string) => {
      const response = await call(server, `${PATHS.entries}/${keyOf(word)}`, { token });
      return response.status === 200 ? Buffer.from(await response.arrayBuffer()) : response.status;
    },
    missing: async (chunks: readonly TestChunk[]) => {
      const response = await post(PATHS.missingChunks, toChunkList(chunks));
      return parseMissingAnswer(await response.json(), chunks.length);
    },
  };
}

const CHUNKS = [chunkOf('first chunk'), chunkOf('second chunk'.repeat(3000))];

test('entries and chunks come back, many in one request', async () => {
  await using server = await startTestServer();
  const { putChunks, putEntry, post, missing } = client(server, server.token('main'));
  assert.deepEqual(await missing(CHUNKS), [0, 1]);
  assert.equal((await putChunks(CHUNKS)).status, 200);
  assert.deepEqual(await missing(CHUNKS), []);
  const entry = entryOf('a', CHUNKS);
  assert.deepEqual(await (await putEntry('a', entry)).json(), { outcome: 'stored' });
  assert.deepEqual(await (await putEntry('a', entryOf('a', CHUNKS, 'later'))).json(), { outcome: 'kept' });

  const found = await post(PATHS.lookup, toLookupRequest([keyOf('b'), keyOf('a')]));
  const body = Buffer.from(await found.arrayBuffer());
  assert.equal(found.headers.get('content-length'), String(body.length));
  const end = body.indexOf(10);
  assert.deepEqual(parseLookupHeader(JSON.parse(body.subarray(0, end).toString()), 2), ['none', entry.length]);
  assert.deepEqual(body.subarray(end + 1), entry);
  assert.ok(parseEntryBytes(body.subarray(end + 1), keyOf('a')).ok);

  const chunks = await post(PATHS.getChunks, toChunkList([chunkOf('nowhere'), ...CHUNKS]));
  const bytes = Buffer.from(await chunks.arrayBuffer());
  assert.deepEqual(
    bytes,
    Buffer.concat([Buffer.from(`${toChunkList(CHUNKS)}\n`), ...CHUNKS.map((chunk) => chunk.bytes)]),
  );
});

test('one body that turned bad on the disk is missing from an answer, and does not spoil it', async () => {
  await using server = await startTestServer();
  const { putChunks, putEntry, post } = client(server, server.token('main'));
  const chunks = ['a', 'b', 'c'].map((letter) => chunkOf(letter.repeat(50_000)));
  await putChunks(chunks);
  // So many chunks that the entry is a body of its own.
  const large = (word: string): Buffer => entryOf(word, Array<TestChunk>(300).fill(chunks[2]!), word);
  for (const word of ['large', 'good']) assert.equal((await putEntry(word, large(word))).status, 200);
  const bad = new Set([chunks[0]!.bytes, chunks[1]!.bytes, large('large')].map(sha256));
  for (const file of readdirSync(server.directory, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (!file.isFile() || !bad.has(sha256(readFileSync(path)))) continue;
    chmodSync(path, 0o600);
    writeFileSync(path, 'X', { flag: 'r+' });
  }
  const got = await post(PATHS.getChunks, toChunkList(chunks));
  assert.equal(got.status, 200);
  const last = Buffer.concat([Buffer.from(`${toChunkList(chunks.slice(2))}\n`), chunks[2]!.bytes]);
  assert.deepEqual(Buffer.from(await got.arrayBuffer()), last);
  const found = await post(PATHS.lookup, toLookupRequest([keyOf('large'), keyOf('good')]));
  assert.equal(found.status, 200);
  const [header] = (await found.text()).split('\n', 1);
  assert.deepEqual(parseLookupHeader(JSON.parse(header ?? ''), 2), ['none', large('good').length]);
});

test('an entry comes after its chunks, and one that lost a chunk gives way', async () => {
  await using server = await startTestServer();
  const { putChunks, putEntry, getEntry } = client(server, server.token('main'));
  assert.equal((await putEntry('a', entryOf('a', CHUNKS))).status, 400);
  assert.equal(await getEntry('a'), 404);
  await putChunks(CHUNKS);
  await putEntry('a', entryOf('a', CHUNKS));
  const other = [chunkOf('other'.repeat(5000))];
  await putChunks(other);
  const blobs = createFileStreamBlobStore(openCacheFolder({ directory: server.directory, disk: nodeDisk }));
  await blobs.deleteBlob(CHUNKS[1]?.hash as Sha256, Date.now() + 1000);
  const fresh = entryOf('a', other, 'fresh');
  assert.deepEqual(await (await putEntry('a', fresh)).json(), { outcome: 'stored' });
  assert.deepEqual(await getEntry('a'), fresh);
});

test('where the server knows whose signatures count, only such entries are taken, and what was there before gives way', async () => {
  const { signing, trusted } = createKeys();
  const stranger = createKeys().signing;
  const [own, strange, unsigned, later] = [
    entryOf('a', CHUNKS, 'own', signing),
    entryOf('a', CHUNKS, 'strange', stranger),
    entryOf('a', CHUNKS, 'unsigned'),
    entryOf('a', CHUNKS, 'later', signing),
  ];
  await using before = await startTestServer();
  const folder = openCacheFolder({ directory: before.directory, disk: nodeDisk });
  const stores = { entries: createFileEntryStore(folder, { now: Date.now }), blobs: createFileStreamBlobStore(folder) };
  await using strict = await startTestServer({ ...stores, signedBy: new Map([['default/main', trusted]]) });
  for (const there of [unsigned, strange]) {
    const old = client(before, before.token('main'));
    await old.putChunks(CHUNKS);
    assert.deepEqual(await (await old.putEntry('a', there)).json(), { outcome: 'stored' });

    const main = client(strict, strict.token('main'));
    const tampered = Buffer.from(own.toString('latin1').replace(sha256('own'), sha256('odd')), 'latin1');
    for (const refused of [unsigned, strange, tampered]) assert.equal((await main.putEntry('a', refused)).status, 403);
    assert.deepEqual(await main.getEntry('a'), there);
    // Another scope takes what it likes, and moves nothing in `main`; nor does a token that may only read.
    const pull = client(strict, strict.token('pr/7'));
    assert.deepEqual(await (await pull.putEntry('a', own)).json(), { outcome: 'stored' });
    assert.equal((await client(strict, strict.token('main', { readOnly: true })).putEntry('a', own)).status, 403);
    assert.deepEqual(await main.getEntry('a'), there);

    assert.deepEqual(await (await main.putEntry('a', own)).json(), { outcome: 'stored' });
    assert.deepEqual(await main.getEntry('a'), own);
    // One that counts stays.
    assert.deepEqual(await (await main.putEntry('a', later)).json(), { outcome: 'kept' });
    assert.deepEqual(await main.getEntry('a'), own);
    for (const scope of ['main', 'pr/7'] as const) {
      const name = { tenant: 'default', scope, protocol: 'tr', instance: 'entry', key: keyOf('a') };
      assert.ok((await stores.entries.delete(name)).ok);
    }
  }
});

/** Entries that take a while to be read, as in a bucket far away; says how they were asked for. */
function farEntries(directory: string): { entries: EntryStore; gets: () => number; most: () => number } {
  const near = createFileEntryStore(openCacheFolder({ directory, disk: nodeDisk }), { now: Date.now });
  let [count, under, most] = [0, 0, 0];
  const get: EntryStore['get'] = async (name) => {
    count++;
    most = Math.max(most, ++under);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => void setImmediate(resolve));
    under--;
    return await near.get(name);
  };
  const gets = (): number => {
    const before = count;
    count = 0;
    return before;
  };
  return { entries: { ...near, get }, gets, most: () => most };
}

test('a far store is asked for many chunks at once, and not for those it has just taken', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'cache-server-far-'));
  try {
    const { entries, gets, most } = farEntries(directory);
    let now = Date.now();
    await using server = await startTestServer({ entries, now: () => now });
    const { putChunks, putEntry, missing, post } = client(server, server.token('main'));
    const chunks = Array.from({ length: 40 }, (_, at) => chunkOf(`chunk ${at}`));
    assert.equal((await missing(chunks))?.length, 40);
    assert.equal(gets(), 40);
    assert.equal((await putChunks(chunks)).status, 200);
    const stored = gets();
    assert.equal((await putEntry('a', entryOf('a', chunks))).status, 200);
    assert.ok(gets() < 3, 'its chunks are known');
    assert.ok(stored >= 40);
    assert.equal((await post(PATHS.getChunks, toChunkList(chunks))).status, 200);
    assert.ok(gets() <= 40 && most() >= 8 && most() <= 16, `${most()} at once`);
    now += 60 * 60 * 1000;
    assert.equal((await putEntry('b', entryOf('b', chunks))).status, 200);
    assert.ok(gets() >= 40, 'what was seen an hour ago is asked for');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('one chunk of many that is not what it is called: refused, and nothing is left under way', async () => {
  await using server = await startTestServer();
  const { putChunks, missing } = client(server, server.token('main'));
  const chunks = Array.from({ length: 8 }, (_, at) => chunkOf(`chunk ${at}`));
  const sent = chunks.map((chunk, at) => (at === 3 ? { ...chunk, bytes: Buffer.from('chunk x') } : chunk));
  assert.equal((await putChunks(chunks, sent)).status, 400);
  assert.ok((await missing(chunks))?.includes(3));
  assert.equal((await putChunks(chunks)).status, 200);
  assert.deepEqual(await missing(chunks), []);
});

test('a pull request reads main, writes only its own scope, and main never sees that', async () => {
  await using server = await startTestServer();
  const [main, pull, other] = ['main', 'pr/7', 'pr/8'].map((scope) => client(server, server.token(scope)));
  assert.ok(main && pull && other);
  await main.putChunks(CHUNKS);
  await main.putEntry('a', entryOf('a', CHUNKS, 'good'));
  assert.deepEqual(await pull.missing(CHUNKS), [], 'chunks of main need not be sent again');
  await pull.putEntry('a', entryOf('a', CHUNKS, 'evil'));
  await pull.putEntry('early', entryOf('early', CHUNKS, 'evil'));
  assert.deepEqual(await main.getEntry('a'), entryOf('a', CHUNKS, 'good'));
  assert.equal(await main.getEntry('early'), 404);
  assert.equal(await other.getEntry('early'), 404);
  assert.deepEqual(await (await main.putEntry('early', entryOf('early', CHUNKS, 'good'))).json(), {
    outcome: 'stored',
  });
});

test('tenants never meet, chunks included', async () => {
  await using server = await startTestServer();
  const ours = client(server, server.token('main'));
  const theirs = client(server, server.token('main', { tenant: 'other' }));
  await ours.putChunks(CHUNKS);
  await ours.putEntry('a', entryOf('a', CHUNKS));
  assert.equal(await theirs.getEntry('a'), 404);
  assert.deepEqual(await theirs.missing(CHUNKS), [0, 1]);
  assert.equal((await theirs.putEntry('a', entryOf('a', CHUNKS))).status, 400);
});

test('a token that may only read gets 403 for every write', async () => {
  await using server = await startTestServer();
  const writer = client(server, server.token('main'));
  await writer.putChunks(CHUNKS);
  const reader = client(server, server.token('main', { readOnly: true }));
  assert.equal((await reader.putChunks(CHUNKS)).status, 403);
  assert.equal((await reader.putEntry('a', entryOf('a', CHUNKS))).status, 403);
  const about = await call(server, PATHS.about, { token: server.token('pr/9', { readOnly: true }) });
  assert.deepEqual(await about.json(), { protocol: 1, scope: 'pr/9', mayWrite: false });
});

test('without a token, or with another, nothing is answered', async () => {
  await using server = await startTestServer();
  for (const path of [PATHS.about, `${PATHS.entries}/${keyOf('a')}`]) {
    assert.equal((await call(server, path, {})).status, 401);
    assert.equal((await call(server, path, { token: 'wrong' })).status, 401);
  }
});

test('chunks under a wrong digest, cut, too long, or too many are refused and not kept', async () => {
  await using server = await startTestServer();
  const { post, putChunks, missing } = client(server, server.token('main'));
  const [chunk] = CHUNKS;
  assert.ok(chunk);
  const evil = { ...chunk, bytes: Buffer.from('other chunk') };
  for (const sent of [
    await putChunks([chunk], [evil]),
    await putChunks([chunk], [{ ...chunk, bytes: chunk.bytes.subarray(1) }]),
    await post(PATHS.putChunks, `${JSON.stringify({ chunks: [['../../etc/passwd', 3]] })}\nabc`),
    await post(PATHS.putChunks, `${toChunkList(Array.from({ length: 2000 }, () => chunk))}\n`),
    await post(PATHS.putChunks, 'no line'),
    await post(PATHS.missingChunks, 'nonsense'),
    await post(PATHS.lookup, JSON.stringify({ keys: ['../x'] })),
    await post(PATHS.getChunks, JSON.stringify({ chunks: [[chunk.hash, -1]] })),
  ])
    assert.equal(sent.status, 400);
  assert.deepEqual(await missing([chunk]), [0]);
  const huge = toChunkList([
    { hash: chunk.hash, size: 8_000_000 },
    { hash: sha256('x'), size: 8_000_000 },
  ]);
  assert.equal((await post(PATHS.getChunks, huge)).status, 413);
  assert.deepEqual(await (await post(PATHS.lookup, '{')).json(), { problem: 'bad-request' });
});

test('keys and entries that do not fit together are refused', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const { putEntry } = client(server, token);
  assert.equal((await putEntry('b', entryOf('a', []))).status, 400);
  assert.equal((await putEntry('a', Buffer.from('nonsense'))).status, 400);
  for (const key of ['..%2f..%2fetc', 'abc', keyOf('a').toUpperCase()]) {
    const response = await call(server, `${PATHS.entries}/${key}`, { method: 'PUT', token, body: entryOf('a', []) });
    assert.equal(response.status, 400, key);
  }
});
