import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EntryStore } from '@tr/store';
import { call, startTestServer } from './rig/server.js';

const BIG = Buffer.alloc(3_000_000, 'big');

test('an address with a slash at its end is served', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  for (const path of ['//v8/artifacts/1?slug=a', '//v1/cache/1', '///gradle/0123456789abcdef0123456789abcdef']) {
    assert.ok((await call(server, path, { method: 'PUT', token, body: 'x' })).ok, path);
    assert.equal(await (await call(server, path, { token })).text(), 'x');
    assert.equal((await call(server, path)).status, 401);
    assert.equal(await (await call(server, path.replace(/^\/+/, '/'), { token })).text(), 'x');
  }
});

test('health, readiness and metrics need no login and name no client', async () => {
  await using server = await startTestServer();
  assert.equal(await (await call(server, '/healthz')).text(), 'ok\n');
  assert.equal(await (await call(server, '/readyz')).text(), 'ready\n');
  const main = server.token('main');
  await call(server, '/v1/cache/1', { method: 'PUT', token: main, body: 'x' });
  await call(server, '/v1/cache/1', { token: main });
  const metrics = await (await call(server, '/metrics')).text();
  assert.match(metrics, /tr_cache_lookups_total\{protocol="nx",outcome="hit"\} 1/);
  assert.match(metrics, /tr_cache_stored_entries 1/);
});

test('an address that is none is refused in words of ours, which do not have it in them, and is in the log', async () => {
  await using server = await startTestServer();
  const answer = await call(server, '/v8/artifacts/%zz-secret', { token: server.token('main') });
  assert.deepEqual([answer.status, await answer.text()], [400, 'The request is not understood\n']);
  const problems = server.lines.filter((line) => line.includes('"bad-request"'));
  assert.equal(problems.length, 1);
  assert.ok(!problems.join('').includes('secret'));
});

test('every answer has a length and none is chunked', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  await call(server, '/v1/cache/1', { method: 'PUT', token, body: BIG });
  await call(server, '/v1/cache/2', { method: 'PUT', token, body: 'small' });
  for (const path of [
    '/v1/cache/1',
    '/v1/cache/2',
    '/v1/cache/3',
    '/v8/artifacts/status',
    '/healthz',
    '/nothing/here',
  ]) {
    for (const method of ['GET', 'HEAD']) {
      const response = await call(server, path, { method, token });
      const body = await response.arrayBuffer();
      assert.notEqual(response.headers.get('content-length'), null, `${method} ${path}`);
      assert.equal(response.headers.get('transfer-encoding'), null);
      if (method === 'GET') assert.equal(Number(response.headers.get('content-length')), body.byteLength);
    }
  }
});

test('an upload that breaks off leaves nothing', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const upload = request(`${server.url}/v1/cache/1`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-length': BIG.length },
  });
  upload.on('error', () => {});
  await new Promise<void>((resolve) => upload.write(BIG.subarray(0, 1_000_000), () => resolve()));
  upload.destroy();
  // The server has noticed when it has logged the request.
  while (server.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await call(server, '/v1/cache/1', { token })).status, 404);
  // The file goes a moment after the log line, on a busy machine a long one.
  const left = (): readonly string[] => readdirSync(join(server.directory, 'v1/tmp'));
  for (let round = 0; round < 1000 && left().length > 0; round++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(left(), []);
});

test('a body that turns out damaged on disk is cut off, never shown as whole', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  await call(server, '/v1/cache/1', { method: 'PUT', token, body: BIG });
  const blobs = join(server.directory, 'v1/blobs');
  const file =
    readdirSync(blobs, { recursive: true })
      .map(String)
      .find((name) => name.length > 60) ?? '';
  const { chmodSync, openSync, writeSync, closeSync } = await import('node:fs');
  chmodSync(join(blobs, file), 0o644);
  const handle = openSync(join(blobs, file), 'r+');
  writeSync(handle, 'flipped', 2_999_000);
  closeSync(handle);
  await assert.rejects(async () => await (await call(server, '/v1/cache/1', { token })).arrayBuffer());
  assert.equal((await call(server, '/v1/cache/1', { token })).status, 404);
  assert.equal((await call(server, '/v1/cache/1', { method: 'PUT', token, body: BIG })).status, 200);
});

test('trouble of the store: nx sees a miss, others 503, and the server is not ready', async () => {
  const broken: EntryStore['get'] = async () => ({
    ok: false,
    failure: { code: 'store/io', path: '/x', detail: 'EIO' },
  });
  const none = async () => ({ ok: true as const, value: undefined });
  const entries: EntryStore = {
    get: broken,
    put: async () => ({ ok: false, failure: { code: 'store/no-space', path: '/x' } }),
    delete: none,
    evict: async () => ({ ok: true, value: false }),
    list: async () => ({ ok: true, value: [] }),
    scan: none,
  };
  await using server = await startTestServer({ entries });
  const token = server.token('main');
  assert.equal((await call(server, '/v1/cache/1', { token })).status, 404);
  assert.equal((await call(server, '/v8/artifacts/1', { token })).status, 503);
  assert.equal((await call(server, '/readyz')).status, 503);
  const put = await call(server, '/ccache/abcdef', { method: 'PUT', token, body: 'x' });
  assert.equal(put.status, 507);
});

test('closing lets a request in flight end and takes no new one', async () => {
  const server = await startTestServer({ drainMs: 60_000 });
  const token = server.token('main');
  const upload = request(`${server.url}/v1/cache/1`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-length': BIG.length },
  });
  const answered = once(upload, 'response');
  await new Promise<void>((resolve) => upload.write(BIG.subarray(0, 1000), () => resolve()));
  // Another answer tells that the upload has been taken in.
  await call(server, '/healthz');
  const closed = server.running.close();
  upload.end(BIG.subarray(1000));
  const [response] = (await answered) as [{ statusCode: number; resume(): void }];
  response.resume();
  assert.equal(response.statusCode, 200);
  await closed;
  const [error] = (await once(connect(server.port, '127.0.0.1'), 'error')) as [{ code: string }];
  assert.equal(error.code, 'ECONNREFUSED');
  rmSync(server.directory, { recursive: true });
});

test('an upload that outlasts the drain is cut, which the log says before the server has closed', async () => {
  const server = await startTestServer({ drainMs: 1 });
  const upload = request(`${server.url}/v1/cache/1`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${server.token('main')}`, 'content-length': BIG.length },
  });
  const failed = once(upload, 'error');
  await new Promise<void>((resolve) => upload.write(BIG.subarray(0, 1000), () => resolve()));
  await call(server, '/healthz');
  await server.running.close();
  const cut = server.requests().find(({ method }) => method === 'PUT');
  assert.deepEqual([cut?.outcome, cut?.bytesIn], ['cut', 0]);
  await failed;
  rmSync(server.directory, { recursive: true });
});

test('Expect: 100-continue is answered after the login, not before', async () => {
  await using server = await startTestServer();
  const ask = async (token: string): Promise<string> => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write(
      `PUT /gradle/abc HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`,
    );
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.end('body');
    return first.toString().split('\r\n')[0] ?? '';
  };
  assert.match(await ask(server.token('main')), /100 Continue/);
  assert.match(await ask('wrong'), /401/);
});

test('the command: one line starts it, the first token is shown once, SIGTERM ends it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'serve-'));
  const main = fileURLToPath(new URL('../../bin/tr-cache-server.js', import.meta.url));
  const start = async () => {
    const child = spawn(process.execPath, [main, '--dir', directory, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {},
    });
    let output = '';
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (output.includes('Listening on ')) break;
    }
    return { child, output };
  };
  const first = await start();
  const token = /(trc_\S+)/.exec(first.output)?.[1] ?? '';
  const url = /Listening on (\S+)/.exec(first.output)?.[1] ?? '';
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const put = await fetch(`${url}/v1/cache/1`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: 'kept',
  });
  assert.equal(put.status, 200);
  first.child.kill('SIGTERM');
  assert.deepEqual(await once(first.child, 'exit'), [0, null]);

  const second = await start();
  assert.doesNotMatch(second.output, /trc_/);
  const again = /Listening on (\S+)/.exec(second.output)?.[1] ?? '';
  const got = await fetch(`${again}/v1/cache/1`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(await got.text(), 'kept');
  second.child.kill('SIGTERM');
  await once(second.child, 'exit');
  rmSync(directory, { recursive: true });
});
