import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startTestServer, type TestServer } from './rig/server.js';

const PIECE = 256 * 1024;

interface Sent {
  readonly token: string;
  readonly length: number;
  readonly path?: string;
  /** Sent without waiting for leave. */
  readonly body?: Buffer;
}

/** All that the server says until it closes the connection, or until `answers` answers have begun. */
async function put(
  server: TestServer,
  { token, length, path = '/v1/cache/1', body }: Sent,
  answers = 9,
): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(
    `PUT ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`,
  );
  // Busy with that: nothing of the answer is read yet.
  for (let at = 0; at < (body?.length ?? 0); at += PIECE) {
    await new Promise((resolve) => socket.write(body?.subarray(at, at + PIECE) ?? '', resolve));
    await setTimeout(5);
  }
  let text = '';
  let isLeft = false;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1');
    if (text.startsWith('HTTP/1.1 100 ') && !isLeft && body === undefined) socket.write(Buffer.alloc(length));
    isLeft ||= text.startsWith('HTTP/1.1 100 ');
    if (text.split('HTTP/1.1 ').length > answers) break;
  }
  return text;
}

const statusesOf = (text: string): readonly string[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code = '']) => code);

test('who waits for leave is refused without it: too large, no room, no right, nobody, nothing there; then the connection ends', async () => {
  await using server = await startTestServer({
    maxEntryBytes: 100_000,
    quotas: { totalBytes: 50_000, scopeBytes: {}, maxAgeMs: undefined },
  });
  const token = server.token('main');
  const reader = server.token('main', { readOnly: true });
  for (const [status, sent] of [
    ['413', { token, length: 200_000, path: '/gradle/1' }],
    ['507', { token, length: 90_000, path: '/gradle/1' }],
    ['403', { token: reader, length: 10 }],
    ['401', { token: 'wrong', length: 10 }],
    ['404', { token, length: 10, path: '/nothing' }],
  ] as const) {
    const text = await put(server, sent);
    assert.deepEqual(statusesOf(text), [status], text);
    assert.match(text, /^connection: close\r$/im);
  }
});

test('who waits for leave has it when the body is wanted, and keeps the connection; what is here already is not sent again', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const first = await put(server, { token, length: 70_000 }, 2);
  assert.deepEqual(statusesOf(first), ['100', '200']);
  assert.doesNotMatch(first, /^connection: close\r$/im);
  assert.deepEqual(statusesOf(await put(server, { token, length: 70_000 })), ['409']);
});

/** All that the server says to these bytes until it closes the connection. */
async function say(server: TestServer, bytes: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(bytes);
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString('latin1');
  return text;
}

test('who does not wait at all with a small body keeps the connection', async () => {
  await using server = await startTestServer();
  for (const expect of ['100-continue', '100-Continue']) {
    const head = `PUT /gradle/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token('main')}\r\nExpect: ${expect}\r\n`;
    const next = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const text = await say(server, `${head}Content-Length: 4\r\n\r\nbody${next}`);
    assert.deepEqual(statusesOf(text), ['100', '200', '200']);
  }
});

test('a client of HTTP/1.0 is not told to go on, which it would take for the answer', async () => {
  await using server = await startTestServer();
  const head = `PUT /gradle/1 HTTP/1.0\r\nAuthorization: Bearer ${server.token('main')}\r\nExpect: 100-continue\r\n`;
  assert.deepEqual(statusesOf(await say(server, `${head}Content-Length: 4\r\n\r\nbody`)), ['200']);
});

test('who does not wait long enough reads the refusal all the same', async () => {
  await using server = await startTestServer({ maxEntryBytes: 100_000 });
  const body = Buffer.alloc(8 * 1024 * 1024);
  const text = await put(server, { token: server.token('main'), length: body.length, body, path: '/gradle/1' });
  assert.deepEqual(statusesOf(text), ['413']);
});
