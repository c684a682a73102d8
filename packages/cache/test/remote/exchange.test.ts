import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { createExchanger, type Exchange, type ExchangeRequest } from '../../src/remote/http/exchange.js';
import type { RemoteResult } from '../../src/remote/remote-backend.js';

const servers: Server[] = [];

/** A server that takes the first bytes of a request and answers with these, then closes. */
async function startRaw(answer: string): Promise<URL> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer, 'latin1'));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

async function ask(url: URL, request: Partial<ExchangeRequest> = {}): Promise<RemoteResult<Exchange>> {
  const exchanger = await createExchanger({ origin: url, stallMs: 60_000, proxy: undefined });
  const { signal } = new AbortController();
  try {
    return await exchanger.exchange({ method: 'POST', url, headers: {}, body: [], limit: 1000, signal, ...request });
  } finally {
    exchanger.close();
  }
}

function failureOf(result: RemoteResult<Exchange>): string {
  return result.ok ? 'ok' : `${result.failure.kind}: ${result.failure.detail}`;
}

describe('exchange', () => {
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });

  it('gives back a whole answer', async () => {
    const url = await startRaw('HTTP/1.1 503 no\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\nno');
    const result = await ask(url);
    assert.ok(result.ok);
    assert.deepEqual([result.value.status, result.value.retryAfterMs, result.value.body.toString()], [503, 7000, 'no']);
  });

  it('fails, and does not throw, when a listener of its answer does', async (t) => {
    const url = await startRaw('HTTP/1.1 503 no\r\nretry-after: tomorrow\r\ncontent-length: 0\r\n\r\n');
    t.mock.method(Date, 'parse', () => {
      throw new RangeError('not foreseen');
    });
    assert.match(failureOf(await ask(url)), /^bug: RangeError: not foreseen/);
  });

  it('fails when its body cannot be written', async () => {
    const url = await startRaw('HTTP/1.1 200 ok\r\ncontent-length: 0\r\n\r\n');
    const result = await ask(url, { body: [7 as unknown as Uint8Array] });
    assert.match(failureOf(result), /^bug: TypeError: ERR_INVALID_ARG_TYPE/);
  });

  it('fails at once when it was given up before it began', async () => {
    const url = await startRaw('');
    const aborted = new AbortController();
    aborted.abort();
    assert.equal(failureOf(await ask(url, { signal: aborted.signal })), 'stalled: no answer in time');
  });

  it('waits for a connection while others are busy: only one that it has can be dead', async () => {
    // Slow, but not too slow: each window brings enough. The ninth waits for longer than one.
    const server = createHttpServer((_, response) => {
      let left = 30;
      const timer = setInterval(() => {
        if (left-- > 0) response.write(Buffer.alloc(8192));
        else response.end(() => clearInterval(timer));
      }, 50);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const exchanger = await createExchanger({ origin: url, stallMs: 1000, proxy: undefined });
    const { signal } = new AbortController();
    const request: ExchangeRequest = { method: 'POST', url, headers: {}, body: [], limit: 1 << 20, signal };
    const results = await Promise.all(Array.from({ length: 9 }, () => exchanger.exchange(request)));
    exchanger.close();
    assert.deepEqual(new Set(results.map(failureOf)), new Set(['ok']));
  });

  for (const [title, answer, expected] of [
    ['closes', '', /^unreachable: the connection was reset/],
    ['changes to another protocol', 'HTTP/1.1 101 x\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', /without an answer/],
    ['only promises', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(50), /^unreachable/],
    ['says nothing of HTTP', '\0\xff'.repeat(100), /^unreachable: .*HPE_/],
    ['has a header that never ends', `HTTP/1.1 200 ok\r\nx: ${'y'.repeat(100_000)}`, /^unreachable: .*HPE_/],
    ['has two lengths', 'HTTP/1.1 200 ok\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx', /^unreachable: .*HPE_/],
    ['has a piece of no length', 'HTTP/1.1 200 ok\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', /^unreachable/],
    ['is shorter than it says', 'HTTP/1.1 200 ok\r\ncontent-length: 9\r\n\r\nxx', /^unreachable/],
    ['is longer than it may be', `HTTP/1.1 200 ok\r\ncontent-length: 2000\r\n\r\n${'x'.repeat(2000)}`, /^broken/],
  ] as const) {
    it(`fails when the answer ${title}`, async () => {
      assert.match(failureOf(await ask(await startRaw(answer))), expected);
    });
  }
});
