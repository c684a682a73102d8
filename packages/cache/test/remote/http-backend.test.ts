import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import type { ActionKey } from '@tr/model';
import { createHttpBackend } from '../../src/remote/http/http-backend.js';

it('says so when a web page answers, and goes by the status of one that tells of trouble', async () => {
  let status = 200;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'Text/HTML; charset=utf-8' }).end('<html>\nlog in</html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const backend = createHttpBackend({ url, token: () => Promise.resolve('t'), userAgent: 'test' });
  const key = 'a'.repeat(64) as ActionKey;
  const { signal } = new AbortController();
  try {
    for (const result of [await backend.lookup([key], signal), await backend.putEntry(key, Buffer.from('x'), signal)]) {
      assert.ok(!result.ok);
      assert.equal(result.failure.kind, 'misplaced');
      assert.match(result.failure.detail, /web page/);
    }
    status = 503;
    const result = await backend.lookup([key], signal);
    assert.ok(!result.ok);
    assert.deepEqual([result.failure.kind, result.failure.detail], ['busy', 'it answered with status 503']);
  } finally {
    await backend.close?.();
    server.close();
  }
});
