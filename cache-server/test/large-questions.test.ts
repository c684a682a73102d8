/** Questions that take long to answer: others are answered meanwhile, and memory does not grow with them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '@tr/hash';
import { ok } from '@tr/model';
import { toChunkList, PATHS } from '@tr/protocol';
import {
  createFileEntryStore,
  createFileStreamBlobStore,
  nodeDisk,
  openCacheFolder,
  type EntryStore,
  type StreamBlobStore,
} from '@tr/store';
import { writeFields } from '../src/protocols/wire.js';
import { callGrpc, digestOf } from './rig/grpc.js';
import { call, startTestServer, type TestServer } from './rig/server.js';

const V2 = '/build.bazel.remote.execution.v2';
const CAS = `${V2}.ContentAddressableStorage`;
/** What one look takes, milliseconds, and how many of them a question asks for. */
const LOOK_MS = 1;
const LOOKS = 150;

function work(): void {
  const until = performance.now() + LOOK_MS;
  while (performance.now() < until);
}

test('a question about many entries gives way to others', async () => {
  let turn = 0;
  const turns = new Set<number>();
  const entries: EntryStore = {
    get: async () => {
      turns.add(turn);
      work();
      return ok(undefined);
    },
    put: async () => {
      turns.add(turn);
      work();
      return ok('stored');
    },
    delete: async () => ok(undefined),
    evict: async () => ok(true),
    list: async () => ok([]),
    scan: async () => ok(undefined),
  };
  await using server = await startTestServer({ entries });
  const token = server.token('main');
  const blobs = Array.from({ length: LOOKS }, (_, at) => Buffer.from(`blob ${at}`));
  const digests = blobs.map((blob) => [2, digestOf(blob)] as const);
  const sent = blobs.map((blob) => {
    const request = writeFields([
      [1, digestOf(blob)],
      [2, blob],
    ]);
    return [2, request] as const;
  });
  const grpc = (method: string, fields: Parameters<typeof writeFields>[0]) => async () =>
    assert.equal((await callGrpc(server, { path: method, token, messages: [writeFields(fields)] })).status, 0);
  const questions: Readonly<Record<string, () => Promise<void>>> = {
    FindMissingBlobs: grpc(`${CAS}/FindMissingBlobs`, digests),
    BatchUpdateBlobs: grpc(`${CAS}/BatchUpdateBlobs`, sent),
    BatchReadBlobs: grpc(`${CAS}/BatchReadBlobs`, digests),
    'a list of chunks': async () => {
      const chunks = blobs.map((blob) => ({ hash: sha256(blob), size: blob.length }));
      const body = toChunkList(chunks);
      assert.equal((await call(server, PATHS.missingChunks, { method: 'POST', token, body })).status, 200);
    },
    'a list of artifacts': async () => {
      const body = JSON.stringify({ hashes: blobs.map((blob) => sha256(blob)) });
      assert.equal((await call(server, '/v8/artifacts', { method: 'POST', token, body })).status, 200);
    },
  };
  const ticker = setInterval(() => turn++, 0);
  try {
    for (const [name, ask] of Object.entries(questions)) {
      turns.clear();
      await ask();
      assert.ok(turns.size > 5, `${name}: ${turns.size} turns`);
    }
  } finally {
    clearInterval(ticker);
  }
});

interface Counted {
  readonly server: TestServer;
  /** Bytes of the bodies that were read whole since the last call. */
  readonly takeReads: () => readonly number[];
  /** How many were read at once, at most. */
  readonly most: () => number;
}

async function withCounted(run: (counted: Counted) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'large-'));
  const folder = openCacheFolder({ directory, disk: nodeDisk });
  const stored = createFileStreamBlobStore(folder);
  const reads: number[] = [];
  let reading = 0;
  let most = 0;
  const blobs: StreamBlobStore = {
    ...stored,
    readBytes: async (digest) => {
      reads.push(digest.size);
      most = Math.max(most, ++reading);
      // As a bucket does.
      await new Promise((resolve) => setTimeout(resolve, 5));
      reading--;
      return await stored.readBytes(digest);
    },
  };
  try {
    await using server = await startTestServer({ entries: createFileEntryStore(folder, { now: Date.now }), blobs });
    await run({ server, takeReads: () => reads.splice(0), most: () => most });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('trees of a result are read one after the other, each once; what no client writes is not read at all', async () => {
  await withCounted(async ({ server, takeReads, most }) => {
    const token = server.token('main');
    const put = async (path: string, body: Uint8Array, type = 'application/octet-stream'): Promise<void> => {
      const headers = { 'content-type': type };
      assert.equal((await call(server, path, { method: 'PUT', token, headers, body: Buffer.from(body) })).status, 200);
    };
    const statusOf = async (hash: string, accept = '*/*'): Promise<number> =>
      (await call(server, `/any/ac/${hash}`, { token, headers: { accept } })).status;
    const file = Buffer.from('file');
    const node = writeFields([
      [1, 'x'.repeat(20_000)],
      [2, digestOf(file)],
    ]);
    const treeOf = (nodes: number): Buffer =>
      writeFields([[1, writeFields(Array.from({ length: nodes }, () => [1, node] as const))]]);
    const trees = [treeOf(2), treeOf(3), treeOf(4)];
    for (const blob of [file, ...trees]) await put(`/any/cas/${sha256(blob)}`, blob);
    const resultOf = (digests: readonly Uint8Array[]): Buffer =>
      writeFields(digests.map((digest) => [3, writeFields([[3, digest]])] as const));
    const result = resultOf(Array.from({ length: 60 }, (_, at) => digestOf(trees[at % 3] ?? file)));
    await put(`/any/ac/${sha256('result')}`, result);
    takeReads();
    assert.equal(await statusOf(sha256('result')), 200);
    assert.deepEqual(
      takeReads(),
      trees.map(({ length }) => length),
    );
    assert.equal(most(), 1);

    const huge = writeFields([
      [1, sha256('huge')],
      [2, 33 * 1024 * 1024],
    ]);
    await put(`/any/ac/${sha256('of huge')}`, resultOf([huge]));
    assert.equal(await statusOf(sha256('of huge')), 404);
    const json = Buffer.from(`[${'[],'.repeat(1_500_000)}[]]`);
    await put(`/any/ac/${sha256('json')}`, json, 'application/json');
    assert.equal(await statusOf(sha256('json'), 'application/json'), 404);
    assert.deepEqual(takeReads(), []);
    await put(`/any/ac/${sha256('json')}`, json.subarray(json.length - 900_001).fill('[', 0, 1), 'application/json');
    assert.equal(await statusOf(sha256('json'), 'application/json'), 404);
  });
});
