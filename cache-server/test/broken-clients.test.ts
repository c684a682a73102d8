import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { test } from 'node:test';
import { BYTE_STREAM, V2 } from './rig/grpc.js';
import { call, startTestServer } from './rig/server.js';

test('clients that send rubbish or break off do not disturb others', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  for (const rubbish of [
    '',
    'PR',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nrubbish',
    'GET',
    'GET / HTTP/9\r\n\r\n',
    '\0\0\0\0',
    'x'.repeat(100_000),
  ]) {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.end(rubbish);
    socket.resume();
    // The server may close while the rest of it is on its way: a reset is no trouble.
    await new Promise((resolve) => socket.once('close', resolve));
  }
  const client = connectHttp2(server.url);
  client.on('error', () => {});
  const open = (path: string, authorization = `Bearer ${token}`) => {
    const stream = client.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      authorization,
    });
    stream.on('error', () => {});
    stream.resume();
    return stream;
  };
  const bodies: readonly Buffer[] = [
    Buffer.alloc(0),
    Buffer.from([0, 0]),
    Buffer.from([1, 0, 0, 0, 0]),
    Buffer.from([0, 255, 255, 255, 255]),
    Buffer.from([0, 0, 0, 0, 2, 0xff, 0xff]),
    Buffer.from([0, 0, 0, 0, 3, 0x0a, 0x7f, 0x00]),
  ];
  for (const path of [
    `${BYTE_STREAM}/Write`,
    `${BYTE_STREAM}/Read`,
    `${V2}.ContentAddressableStorage/BatchReadBlobs`,
    '/nothing/Here',
    '/',
  ]) {
    for (const body of bodies) {
      const stream = open(path);
      const answered = once(stream, 'response');
      stream.end(body);
      const [headers] = (await answered) as [Record<string, string>];
      assert.ok(
        ['3', '5', '8', '12'].includes(headers['grpc-status'] ?? ''),
        `${path} ${body.toString('hex')} ${headers['grpc-status']}`,
      );
    }
  }
  const denied = open(`${BYTE_STREAM}/Read`, 'Bearer wrong');
  const [refusal] = (await once(denied, 'response')) as [Record<string, string>];
  assert.equal(refusal['grpc-status'], '16');
  const cut = open(`${BYTE_STREAM}/Write`);
  cut.write(Buffer.from([0, 0, 0, 1, 0, 1, 2, 3]));
  cut.close(constants.NGHTTP2_CANCEL);
  await once(cut, 'close');
  client.destroy();
  assert.equal((await call(server, '/healthz')).status, 200);
});
