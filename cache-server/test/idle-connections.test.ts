import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createConnections, type Connections } from '../src/server/connections.js';

const IDLE_MS = 150;
/** Far beyond one limit, and beyond a second one that begins after it. */
const LONG_MS = IDLE_MS * 5;

describe('connections on which nothing moves', () => {
  let connections: Connections;
  let port: number;
  before(async () => {
    connections = createConnections(
      {
        onRequest: (request, response) => {
          request.resume().on('end', () => void wait(LONG_MS).then(() => response.end('done')));
        },
        onStream: (stream) => {
          stream.resume().on('end', () => void wait(LONG_MS).then(() => stream.destroyed || stream.end('done')));
        },
        onTrouble: (error) => assert.fail(error),
      },
      undefined,
      IDLE_MS,
    );
    ({ port } = await connections.listen('127.0.0.1', 0));
  });
  after(async () => {
    const stopped = connections.stop();
    connections.cut();
    await stopped;
  });

  const send = (text: string): Socket => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.setEncoding('utf8').write(text);
    return socket;
  };
  const openHttp2 = (): ClientHttp2Session => connectHttp2(`http://127.0.0.1:${port}`).on('error', () => {});

  test('are kept while the client waits for the answer', async () => {
    const socket = send('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody');
    let answer = '';
    for await (const text of socket) answer += String(text);
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*done/);
  });

  test('are kept while the client waits for the answer, over HTTP/2 too', async () => {
    const client = openHttp2();
    let answer = '';
    const stream = client.request({ ':method': 'POST' }).setEncoding('utf8');
    stream.end('body');
    for await (const text of stream) answer += String(text);
    client.destroy();
    assert.equal(answer, 'done');
  });

  test('are cut when it is the client that says no more', async () => {
    const socket = send('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbo');
    const client = openHttp2();
    client
      .request({ ':method': 'POST' })
      .on('error', () => {})
      .write('bo');
    await Promise.all([once(socket.resume(), 'close'), once(client, 'close')]);
  });
});
