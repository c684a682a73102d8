/** Bodies that are asked for again and again are answered from memory, and nobody can tell. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PATHS, toChunkList } from '@tr/protocol';
import type { Sha256 } from '@tr/model';
import {
  createFileEntryStore,
  createFileStreamBlobStore,
  keepBodies,
  nodeDisk,
  openCacheFolder,
  type Disk,
} from '@tr/store';
import { loadBlake3 } from '../src/config/load-blake3.js';
import { call, startTestServer, type TestServer } from './rig/server.js';

const MIB = 1024 * 1024;
const BUDGET = 4 * MIB;
/** Headers of one answer, or of its connection. */
const OWN_HEADERS = ['date', 'connection', 'keep-alive'];
const pathOf = (word: string): string => `/v8/artifacts/${word}?slug=team`;

interface HotServer extends AsyncDisposable {
  readonly server: TestServer;
  /** Bodies read from files so far. */
  readonly reads: () => number;
}

/** A server that counts what it reads from its directory, and to which every file is old enough to be kept. */
async function startHotServer(): Promise<HotServer> {
  const directory = mkdtempSync(join(tmpdir(), 'hot-'));
  let reads = 0;
  const disk: Disk = {
    ...nodeDisk,
    readAt: (...args) => {
      reads++;
      return nodeDisk.readAt(...args);
    },
  };
  const folder = openCacheFolder({ directory, disk });
  const server = await startTestServer({
    entries: createFileEntryStore(folder, { now: Date.now }),
    blobs: createFileStreamBlobStore(folder, {
      beginBlake3: await loadBlake3(),
      keep: keepBodies({ bytes: BUDGET, now: () => Date.now() + 60_000 }),
    }),
  });
  return {
    server: { ...server, directory, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() },
    reads: () => reads,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function put(server: TestServer, word: string, given: { token: string; body: Buffer }): Promise<void> {
  const answer = await call(server, pathOf(word), { method: 'PUT', ...given });
  assert.equal(answer.status, 202);
}

/** The body, or the status of any other answer. */
async function get(server: TestServer, word: string, token: string): Promise<Buffer | number> {
  const answer = await call(server, pathOf(word), { token });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200) return answer.status;
  assert.equal(answer.headers.get('content-length'), String(bytes.length));
  return bytes;
}

async function warm(server: TestServer, word: string, token: string): Promise<void> {
  for (let at = 0; at < 4; at++) await get(server, word, token);
}

function blobFiles(server: TestServer): readonly string[] {
  return readdirSync(join(server.directory, 'v1/blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('hot bodies come from memory, the same as from their files; HEAD and the log say the same too', async () => {
  await using hot = await startHotServer();
  const { server, reads } = hot;
  const token = server.token('main');
  const bodies = new Map([20_000, MIB - 1, MIB, 2 * MIB].map((size) => [`of${size}`, randomBytes(size)]));
  for (const [word, body] of bodies) await put(server, word, { token, body });
  for (const [word, body] of bodies) {
    const answers = await Promise.all(Array.from({ length: 3 }, () => get(server, word, token)));
    answers.push(await get(server, word, token));
    for (const answer of answers) assert.ok(body.equals(Buffer.from(answer as Buffer)), word);
    const before = reads();
    const [head, whole] = [
      await call(server, pathOf(word), { token, method: 'HEAD' }),
      await call(server, pathOf(word), { token }),
    ];
    assert.ok(body.equals(Buffer.from(await whole.arrayBuffer())));
    assert.equal(reads(), before, `${word} was read again`);
    const headersOf = ({ headers }: Response) =>
      Object.fromEntries([...headers].filter(([name]) => !OWN_HEADERS.includes(name)));
    assert.deepEqual(headersOf(head), headersOf(whole));
  }
  for (const line of server.requests().filter(({ method }) => method === 'GET'))
    assert.deepEqual([line.status, line.outcome], [200, 'hit']);
});

test('a body that is gone, cut off or damaged is never answered from memory', async () => {
  const changes: Readonly<Record<string, (path: string) => void>> = {
    gone: (path) => rmSync(path),
    truncated: (path) => truncateSync(path, 1000),
    damaged: (path) => writeFileSync(path, 'X', { flag: 'r+' }),
    replaced: (path) => {
      writeFileSync(`${path}.new`, Buffer.alloc(300_000));
      renameSync(`${path}.new`, path);
      utimesSync(path, 1, 1);
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    await using hot = await startHotServer();
    const { server } = hot;
    const token = server.token('main');
    const body = randomBytes(300_000);
    await put(server, 'one', { token, body });
    await warm(server, 'one', token);
    const [path = ''] = blobFiles(server);
    chmodSync(path, 0o644);
    change(path);
    for (let at = 0; at < 3; at++) assert.equal(await get(server, 'one', token), 404, name);
    await put(server, 'one', { token, body });
    for (let at = 0; at < 4; at++) assert.ok(body.equals((await get(server, 'one', token)) as Buffer), name);
  }
});

test('one key in two scopes is two bodies, and a credential that ends sees neither', async () => {
  await using hot = await startHotServer();
  const { server } = hot;
  const [first, second] = [server.token('user/ann'), server.token('user/bob')];
  const stranger = server.token('main', { tenant: 'other' });
  const bodies = [randomBytes(100_000), randomBytes(100_000)] as const;
  await put(server, 'same', { token: first, body: bodies[0] });
  await warm(server, 'same', first);
  assert.equal(await get(server, 'same', second), 404);
  await put(server, 'same', { token: second, body: bodies[1] });
  await warm(server, 'same', second);
  assert.ok(bodies[0].equals((await get(server, 'same', first)) as Buffer));
  assert.ok(bodies[1].equals((await get(server, 'same', second)) as Buffer));
  assert.equal(await get(server, 'same', stranger), 404);
  assert.equal((await call(server, pathOf('same'))).status, 401);
  server.revoke(first);
  assert.equal(await get(server, 'same', first), 401);
});

test('chunks of tr come from the same memory, in answers of several', async () => {
  await using hot = await startHotServer();
  const { server, reads } = hot;
  const token = server.token('main');
  const chunks = [100_000, 900_000, 700_000].map((size) => {
    const bytes = randomBytes(size);
    return { hash: createHash('sha256').update(bytes).digest('hex') as Sha256, size, bytes };
  });
  const post = (path: string, body: Buffer) => call(server, path, { method: 'POST', token, body });
  const list = Buffer.from(`${toChunkList(chunks)}\n`);
  const all = Buffer.concat(chunks.map(({ bytes }) => bytes));
  assert.equal((await post(PATHS.putChunks, Buffer.concat([list, all]))).status, 200);
  for (let at = 0; at < 6; at++) {
    const before = reads();
    const answer = Buffer.from(await (await post(PATHS.getChunks, list.subarray(0, -1))).arrayBuffer());
    assert.ok(answer.subarray(answer.indexOf('\n') + 1).equals(all));
    if (at > 1) assert.equal(reads(), before);
  }
  // Turborepo's clients have other names for what they store, and one body is one body.
  const [chunk] = chunks;
  assert.ok(chunk !== undefined);
  await put(server, 'turbo', { token, body: chunk.bytes });
  for (let at = 0; at < 4; at++) assert.ok(chunk.bytes.equals((await get(server, 'turbo', token)) as Buffer));
});

test('a range of a hot body is what it was', async () => {
  await using hot = await startHotServer();
  const { server } = hot;
  const token = server.token('main');
  const body = randomBytes(400_000);
  const hash = createHash('sha256').update(body).digest('hex');
  const path = `/bazel/cas/${hash}`;
  assert.equal((await call(server, path, { method: 'PUT', token, body })).status, 200);
  const whole = async (): Promise<void> => {
    const answer = await call(server, path, { token });
    assert.ok(body.equals(Buffer.from(await answer.arrayBuffer())));
  };
  for (let at = 0; at < 3; at++) await whole();
  const part = await call(server, path, { token, headers: { range: 'bytes=1000-1999' } });
  const bytes = Buffer.from(await part.arrayBuffer());
  assert.ok(bytes.equals(part.status === 206 ? body.subarray(1000, 2000) : body));
  await whole();
});

test('readers that do not read hold what they were promised while others come and go', async () => {
  await using hot = await startHotServer();
  const { server } = hot;
  const token = server.token('main');
  const bodies = Array.from({ length: 12 }, () => randomBytes(MIB));
  for (const [at, body] of bodies.entries()) await put(server, `b${at}`, { token, body });
  for (let at = 0; at < 4; at++) await warm(server, `b${at}`, token);
  const slow = bodies.slice(0, 4).map((body, at) => {
    const socket = connect(server.port, '127.0.0.1').pause();
    socket.write(
      `GET ${pathOf(`b${at}`)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
    );
    return { socket, body };
  });
  // All of the memory is held now, or will be asked for by others.
  for (let round = 0; round < 4; round++)
    for (const [at, body] of bodies.entries())
      assert.ok(body.equals((await get(server, `b${at}`, token)) as Buffer), `${at}`);
  for (const { socket, body } of slow) {
    const answer = Buffer.concat((await socket.resume().toArray()) as Buffer[]);
    assert.ok(answer.subarray(answer.indexOf('\r\n\r\n') + 4).equals(body));
  }
});
