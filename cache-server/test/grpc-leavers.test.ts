import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { test } from 'node:test';
import type { Protocol } from '../src/index.js';
import { joinFrame } from '../src/server/grpc-frames.js';
import { startTestServer } from './rig/server.js';

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
    const client = connect(server.url);
    const stream = client.request({
      ':method': 'POST',
      ':path': '/slow.Slow/Ask',
      'content-type': 'application/grpc',
      authorization: `Bearer ${server.token('main')}`,
    });
    stream.on('error', () => {});
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
