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

test('small bodies are taken whole however they come in, also several requests at once', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const head = (start: string, length: number): string =>
    `${start} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${length}\r\n\r\n`;
  const socket = connect(server.port, '127.0.0.1');
  let answers = '';
  socket.on('data', (chunk: Buffer) => (answers += chunk.toString()));
  const answered = async (count: number): Promise<void> => {
    while ([...answers.matchAll(/HTTP\/1\.1 2/g)].length < count) await once(socket, 'data');
  };
  const put = (hash: string, body: string): string => head(`PUT /v8/artifacts/${hash}`, body.length) + body;
  socket.write(put('together', 'one') + put('pipelined', 'two') + put('empty', '') + put('last', 'three'));
  await answered(4);
  socket.write(head('PUT /v8/artifacts/halves', 8) + 'half');
  // The server has the first half by the time it has answered somebody else.
  await fetch(`${server.url}/healthz`);
  socket.write('half' + put('after', 'four'));
  await answered(6);
  socket.destroy();
  const contents = { together: 'one', pipelined: 'two', empty: '', last: 'three', halves: 'halfhalf', after: 'four' };
  for (const [hash, content] of Object.entries(contents)) {
    const answer = await fetch(`${server.url}/v8/artifacts/${hash}`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(await answer.text(), content, hash);
  }
});

test('requests that wait for their turn end with their connection: they are logged, and hold nothing any more', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const url = `${server.url}/v8/artifacts/large`;
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await fetch(url, { method: 'PUT', headers, body: Buffer.alloc(8 * 1024 ** 2, 'x') })).status, 202);
  const socket = connect(server.port, '127.0.0.1').pause();
  const count = 20;
  socket.write(`GET /v8/artifacts/large HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`.repeat(count));
  // The server has all of them by the time it has answered somebody else.
  await fetch(`${server.url}/healthz`);
  socket.destroy();
  const cut = () => server.requests().filter(({ method, outcome }) => method === 'GET' && outcome === 'cut').length;
  for (let tries = 0; tries < 1000 && cut() < count; tries++) await fetch(`${server.url}/healthz`);
  assert.equal(cut(), count);
});
