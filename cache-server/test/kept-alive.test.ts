import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startTestServer } from './rig/server.js';

const LONG = `{"hashes":[${'"a",'.repeat(1_000_000)}"a"]}`;

test('a body that is refused in the middle does not hold up the next request on the connection', async () => {
  await using server = await startTestServer({ maxEntryBytes: 1_000_000 });
  const token = server.token('main');
  const refused = [
    { line: 'POST /v8/artifacts', length: `Content-Length: ${LONG.length}`, body: LONG, status: 413 },
    {
      line: 'PUT /v8/artifacts/1',
      length: 'Transfer-Encoding: chunked',
      body: `${LONG.length.toString(16)}\r\n${LONG}\r\n0\r\n\r\n`,
      status: 413,
    },
    { line: 'PUT /v8/artifacts/1', length: `Content-Length: ${LONG.length}`, body: LONG, status: 413 },
  ];
  for (const { line, length, body, status } of refused) {
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    const head = (start: string): string => `${start} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`;
    socket.write(`${head(line)}${length}\r\n\r\n${body}`);
    socket.write(`${head('GET /v8/artifacts/status')}Connection: close\r\n\r\n`);
    await once(socket, 'close');
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, found]) => Number(found));
    assert.deepEqual(statuses, [status, 200], line);
  }
});
