import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256 } from '@tr/hash';
import { numeric, pick, readFields, writeFields } from '../src/protocols/wire.js';
import { call, shareServer } from './rig/server.js';
import { CLIENTS_LIMIT, STATUS, V2, callGrpc, digestOf, nodeOf } from './rig/grpc.js';

describe('action results and batches over gRPC', () => {
  const shared = shareServer();

  const actionOf = (name: string): Buffer => digestOf(Buffer.from(name));
  const put = async (store: 'cas' | 'ac', hash: string, body: Uint8Array): Promise<void> => {
    const { status } = await call(shared.server, `/any/${store}/${hash}`, {
      method: 'PUT',
      token: shared.token,
      body: Buffer.from(body),
    });
    assert.equal(status, 200);
  };
  const find = async (name: string): Promise<number> => {
    const messages = [
      writeFields([
        [1, 'any'],
        [2, actionOf(name)],
      ]),
    ];
    return (await callGrpc(shared.server, { path: `${V2}.ActionCache/GetActionResult`, token: shared.token, messages }))
      .status;
  };

  test('one with an output directory that is no tree is a miss until all that is in it is there', async () => {
    const file = Buffer.from('content');
    const fileNode = nodeOf('f', file);
    const inner = writeFields([[1, fileNode]]);
    const innerNode = nodeOf('inner', inner);
    const outer = writeFields([[2, innerNode]]);
    const output = writeFields([
      [1, 'dist'],
      [5, digestOf(outer)],
    ]);
    await put('ac', sha256(Buffer.from('directory')), writeFields([[3, output]]));
    for (const blob of [outer, inner, file]) {
      assert.equal(await find('directory'), STATUS.notFound);
      await put('cas', sha256(blob), blob);
    }
    assert.equal(await find('directory'), 0);
  });

  test('one that is too large for a message is a miss; over HTTP it is a hit', async () => {
    const path = 'x'.repeat(1000);
    const node = writeFields([[1, path]]);
    const large = writeFields(Array.from({ length: 4300 }, () => [2, node] as const));
    assert.ok(large.length > CLIENTS_LIMIT);
    const hash = sha256(Buffer.from('large'));
    await put('ac', hash, large);
    assert.equal(await find('large'), STATUS.notFound);
    assert.equal((await call(shared.server, `/any/ac/${hash}`, { token: shared.token })).status, 200);
  });

  test('a read-only token is told nothing of updates, which is no without being said: moon before 2.4 reads nothing after one', async () => {
    const updatesFor = async (of: string): Promise<readonly Uint8Array[]> => {
      const path = `${V2}.Capabilities/GetCapabilities`;
      const { messages } = await callGrpc(shared.server, { path, token: of, messages: [new Uint8Array()] });
      const cache = pick(readFields(messages[0] ?? new Uint8Array()), 1)[0] ?? new Uint8Array();
      return pick(readFields(cache), 2);
    };
    assert.deepEqual(await updatesFor(shared.server.token('main', { readOnly: true })), []);
    const [updates] = await updatesFor(shared.token);
    assert.equal(numeric(readFields(updates ?? new Uint8Array()), 1), 1);
  });

  test('a batch as large as is announced fits into a message, with four thousand blobs too', async () => {
    const ask = async (path: string, fields: Parameters<typeof writeFields>[0]): Promise<Uint8Array> => {
      const { status, messages } = await callGrpc(shared.server, {
        path: `${V2}.${path}`,
        token: shared.token,
        messages: [writeFields(fields)],
      });
      assert.equal(status, 0);
      return messages[0] ?? new Uint8Array();
    };
    const capabilities = pick(readFields(await ask('Capabilities/GetCapabilities', [])), 1)[0] ?? new Uint8Array();
    const announced = numeric(readFields(capabilities), 4);
    const count = 4000;
    const size = Math.floor(announced / count);
    const blobs = Array.from({ length: count }, (_, at) => Buffer.alloc(size, String(at).padStart(8)));
    const sent = writeFields([
      [1, 'any'],
      ...blobs.map(
        (blob) =>
          [
            2,
            writeFields([
              [1, digestOf(blob)],
              [2, blob],
            ]),
          ] as const,
      ),
    ]);
    assert.ok(sent.length < CLIENTS_LIMIT);
    const update = 'ContentAddressableStorage/BatchUpdateBlobs';
    assert.equal(
      (await callGrpc(shared.server, { path: `${V2}.${update}`, token: shared.token, messages: [sent] })).status,
      0,
    );
    const answer = await ask('ContentAddressableStorage/BatchReadBlobs', [
      [1, 'any'],
      ...blobs.map((blob) => [2, digestOf(blob)] as const),
    ]);
    assert.equal(pick(readFields(answer), 1).length, count);
    assert.ok(answer.length > announced * 0.9 && answer.length < CLIENTS_LIMIT, String(answer.length));
  });
});
