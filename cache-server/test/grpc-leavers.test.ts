import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { test } from 'node:test';
import type { Protocol } from '../src/index.js';
import { joinFrame, V2 } from './rig/grpc.js';
import { startTestServer, type TestServer } from './rig/server.js';

/** A call on a connection of its own, before anything is sent. */
function begin(server: TestServer, path: string): { client: ClientHttp2Session; stream: ClientHttp2Stream } {
  const client = connect(server.url);
  const stream = client.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    authorization: `Bearer ${server.token('main')}`,
  });
  stream.on('error', () => {});
  return { client, stream };
}

test('a client over gRPC that leaves before its answer begins is no bug of the server', async () => {
  for (const answers of [true, false]) {
    let enter = (): void => {};
    let goOn = (): void => {};
    const entered = new Promise<void>((resolve) => (enter = resolve));
    const left = new Promise<void>((resolve) => (goOn = resolve));
    const slow: Protocol = {
      name: 'slow',
      register: () => undefined,
      rpcs: {
        '/slow.Slow/Ask': async function* () {
          enter();
          await left;
          if (answers) yield Buffer.from('late');
        },
      },
    };
    await using server = await startTestServer({ protocols: [slow] });
    const { client, stream } = begin(server, '/slow.Slow/Ask');
    stream.end(joinFrame(Buffer.alloc(0)));
    await entered;
    stream.close(constants.NGHTTP2_CANCEL);
    client.destroy();
    await once(client, 'close');
    // The server hears of it in a turn of its own.
    await new Promise((resolve) => setTimeout(resolve, 50));
    goOn();
    for (let round = 0; round < 500 && server.requests().length === 0; round++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(server.requests().length, 1);
    assert.deepEqual(
      server.lines.filter((line) => line.includes('"internal"')),
      [],
    );
  }
});

test('a client over gRPC that leaves in the middle of a message is no bug of the server', async () => {
  await using server = await startTestServer();
  const leave: readonly ((client: ClientHttp2Session, stream: ClientHttp2Stream) => void)[] = [
    (client) => client.destroy(),
    (_client, stream) => stream.close(constants.NGHTTP2_CANCEL),
    (_client, stream) => stream.end(),
  ];
  for (const go of leave) {
    const { client, stream } = begin(server, `${V2}.ContentAddressableStorage/BatchUpdateBlobs`);
    stream.write(joinFrame(Buffer.alloc(100_000)).subarray(0, 50_000));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = server.requests().length;
    go(client, stream);
    for (let round = 0; round < 500 && server.requests().length === before; round++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    client.destroy();
  }
  assert.deepEqual(
    server.lines
      .map((line) => JSON.parse(line) as { event: string; code?: string })
      .map(({ event, code }) => code ?? event),
    ['bad-length', 'request', 'bad-length', 'request', 'bad-length', 'request'],
  );
});
