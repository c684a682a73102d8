import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sha256 } from '@tr/hash';
import { writeFields } from '../src/protocols/bazel/wire.js';
import { call, startTestServer, type TestServer } from './rig/server.js';
import { callGrpc } from './rig/grpc.js';

const V2 = '/build.bazel.remote.execution.v2';
const NOT_FOUND = 5;

describe('action results over gRPC', () => {
  let server: TestServer;
  let token: string;
  before(async () => {
    server = await startTestServer();
    token = server.token('main');
  });
  after(() => server[Symbol.asyncDispose]());

  const digestOf = (content: Uint8Array): Buffer =>
    writeFields([
      [1, sha256(content)],
      [2, content.length],
    ]);
  const actionOf = (name: string): Buffer => digestOf(Buffer.from(name));
  const put = async (store: 'cas' | 'ac', hash: string, body: Uint8Array): Promise<void> => {
    const { status } = await call(server, `/any/${store}/${hash}`, { method: 'PUT', token, body: Buffer.from(body) });
    assert.equal(status, 200);
  };
  const find = async (name: string): Promise<number> => {
    const messages = [
      writeFields([
        [1, 'any'],
        [2, actionOf(name)],
      ]),
    ];
    return (await callGrpc(server, { path: `${V2}.ActionCache/GetActionResult`, token, messages })).status;
  };

  test('one with an output directory that is no tree is a miss until all that is in it is there', async () => {
    const file = Buffer.from('content');
    const fileNode = writeFields([
      [1, 'f'],
      [2, digestOf(file)],
    ]);
    const inner = writeFields([[1, fileNode]]);
    const innerNode = writeFields([
      [1, 'inner'],
      [2, digestOf(inner)],
    ]);
    const outer = writeFields([[2, innerNode]]);
    const output = writeFields([
      [1, 'dist'],
      [5, digestOf(outer)],
    ]);
    await put('ac', sha256(Buffer.from('directory')), writeFields([[3, output]]));
    for (const blob of [outer, inner, file]) {
      assert.equal(await find('directory'), NOT_FOUND);
      await put('cas', sha256(blob), blob);
    }
    assert.equal(await find('directory'), 0);
  });
});
