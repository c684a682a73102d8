import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect, type ClientHttp2Stream } from 'node:http2';
import { once } from 'node:events';
import { test } from 'node:test';
import { sha256 } from '@tr/hash';
import { writeFields } from '../src/protocols/wire.js';
import { BYTE_STREAM, digestOf, joinFrame } from './rig/grpc.js';
import { memoryInUse } from './rig/memory.js';
import { call, startTestServer } from './rig/server.js';

test('a hundred calls of one connection that take their answers slowly get them whole, and so does the next', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const blob = randomBytes(1_500_000);
  const hash = sha256(blob);
  assert.equal((await call(server, `/any/cas/${hash}`, { method: 'PUT', token, body: blob })).status, 200);
  const client = connect(server.url);
  try {
    await once(client, 'remoteSettings');
    assert.equal(client.remoteSettings.maxConcurrentStreams, 100);
    const ask = (): ClientHttp2Stream => {
      const stream = client.request({
        ':method': 'POST',
        ':path': `${BYTE_STREAM}/Read`,
        'content-type': 'application/grpc',
        authorization: `Bearer ${token}`,
      });
      stream.end(joinFrame(writeFields([[1, `any/blobs/${hash}/${blob.length}`]])));
      return stream;
    };
    const read = async (stream: ClientHttp2Stream): Promise<number> => {
      let size = 0;
      for await (const chunk of stream) size += (chunk as Buffer).length;
      return size;
    };
    // One after the other, so that the answers to those before lie ready when the next call comes.
    const waiting: ClientHttp2Stream[] = [];
    while (waiting.length < 100) {
      const stream = ask();
      const trouble = once(stream, 'error').then(([error]) => Promise.reject(error as Error));
      trouble.catch(() => {});
      await Promise.race([once(stream, 'response'), trouble]);
      waiting.push(stream);
    }
    const sizes = await Promise.all([...waiting, ask()].map(read));
    assert.equal(sizes.length, 101);
    assert.ok(
      sizes.every((size) => size > blob.length),
      String(sizes),
    );
  } finally {
    client.destroy();
  }
});

test('an answer over gRPC that nobody takes is in memory once', async () => {
  const inUse = (): number => memoryInUse().arrayBuffers;
  await using server = await startTestServer();
  const token = server.token('main');
  const blob = randomBytes(3_000_000);
  assert.equal((await call(server, `/cas/${sha256(blob)}`, { method: 'PUT', token, body: blob })).status, 200);
  const client = connect(server.url, { settings: { initialWindowSize: 0 } });
  try {
    await once(client, 'remoteSettings');
    const before = inUse();
    const calls = 10;
    const answered = Array.from({ length: calls }, async () => {
      const stream = client.request({
        ':method': 'POST',
        ':path': '/build.bazel.remote.execution.v2.ContentAddressableStorage/BatchReadBlobs',
        'content-type': 'application/grpc',
        authorization: `Bearer ${token}`,
      });
      stream.on('error', () => {});
      stream.end(joinFrame(writeFields([[2, digestOf(blob)]])));
      await once(stream, 'response');
    });
    await Promise.all(answered);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const held = inUse() - before;
    assert.ok(held < calls * blob.length * 1.5, `${held} bytes`);
  } finally {
    client.destroy();
  }
});
