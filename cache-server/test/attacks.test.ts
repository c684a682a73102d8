import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROTOCOLS } from '../src/index.js';
import { call, startTestServer, type TestServer } from './rig/server.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A protocol's plain way to write and read a key. */
const KEYED = [
  { protocol: 'turborepo', path: '/v8/artifacts/0123456789abcdef?slug=team' },
  { protocol: 'nx', path: '/v1/cache/1234567890' },
  { protocol: 'gradle', path: '/gradle/0123456789abcdef0123456789abcdef' },
  { protocol: 'ccache', path: '/ccache/ab/cdef0123456789' },
  { protocol: 'webdav', path: '/webdav/a/cdef0123456789' },
  { protocol: 'bazel', path: `/team/ac/${'1'.repeat(40)}${'1'.repeat(24)}` },
] as const;
/** Protocols without one: tests of their own see to their scopes. */
const OTHERS = ['tr', 'github-actions'];

test('every protocol is attacked', () => {
  const attacked = [...KEYED.map(({ protocol }) => protocol), ...OTHERS];
  assert.deepEqual(attacked.toSorted(), PROTOCOLS.map(({ name }) => name).toSorted());
});

async function put(server: TestServer, path: string, options: { token: string; body: string; headers?: object }) {
  const { token, body, headers } = options;
  return await call(server, path, { method: 'PUT', token, body, headers: { ...headers } });
}

async function get(server: TestServer, path: string, token: string, headers: object = {}) {
  const response = await call(server, path, { token, headers: { ...headers } });
  const text = await response.text();
  return response.status === 200 ? text : response.status;
}

for (const { protocol, path } of KEYED) {
  test(`${protocol}: a pull request cannot overwrite what main stored, nor be read by main`, async () => {
    await using server = await startTestServer();
    const [main, pull, other] = [server.token('main'), server.token('pr/7'), server.token('pr/8')];
    await put(server, path, { token: main, body: 'good' });
    await put(server, path, { token: pull, body: 'evil' });
    assert.equal(await get(server, path, main), 'good');
    assert.equal(await get(server, path, other), 'good');
  });

  test(`${protocol}: a key that a pull request writes first stays unknown to main`, async () => {
    await using server = await startTestServer();
    const [main, pull, user] = [server.token('main'), server.token('pr/7'), server.token('user/ann')];
    await put(server, path, { token: pull, body: 'evil' });
    assert.equal(await get(server, path, main), 404);
    assert.equal(await get(server, path, user), 404);
    await put(server, path, { token: main, body: 'good' });
    assert.equal(await get(server, path, main), 'good');
    assert.equal(await get(server, path, user), 'good');
  });

  test(`${protocol}: scopes and tenants in headers, parameters and paths are not heard`, async () => {
    await using server = await startTestServer();
    const [main, pull] = [server.token('main'), server.token('pr/7')];
    const claims = {
      'x-scope': 'main',
      'x-tr-scope': 'main',
      'x-cache-scope': 'main',
      'x-tenant': 'other',
      'x-forwarded-user': 'main',
      'x-github-ref': 'refs/heads/main',
    };
    const claimed = `${path}${path.includes('?') ? '&' : '?'}scope=main&tenant=other&token=x`;
    await put(server, claimed, { token: pull, body: 'evil', headers: claims });
    assert.equal(await get(server, path, main), 404);
    assert.equal(await get(server, claimed, main, claims), 404);
  });

  test(`${protocol}: another tenant sees nothing, whatever it calls itself`, async () => {
    await using server = await startTestServer();
    const [ours, theirs] = [server.token('main'), server.token('main', { tenant: 'other' })];
    await put(server, path, { token: ours, body: 'secret' });
    assert.equal(await get(server, path, theirs), 404);
    await put(server, path, { token: theirs, body: 'evil' });
    assert.equal(await get(server, path, ours), 'secret');
  });

  test(`${protocol}: a read-only token stores nothing`, async () => {
    await using server = await startTestServer();
    const reader = server.token('main', { readOnly: true });
    assert.equal((await put(server, path, { token: reader, body: 'x' })).status, 403);
    assert.equal(await get(server, path, reader), 404);
  });

  test(`${protocol}: no token, a wrong one and an expired one get nothing`, async () => {
    await using server = await startTestServer();
    const [main, old] = [server.token('main'), server.token('main', { expiresAt: 1 })];
    await put(server, path, { token: main, body: 'secret' });
    assert.equal((await call(server, path)).status, 401);
    for (const token of ['wrong', old, `${main}x`, main.slice(0, -1)]) {
      assert.equal(await get(server, path, token), 401);
      assert.equal((await put(server, path, { token, body: 'evil' })).status, 401);
    }
    server.revoke(main);
    // Nx would end the run that it was revoked in.
    assert.equal(await get(server, path, main), protocol === 'nx' ? 404 : 401);
    assert.equal((await put(server, path, { token: main, body: 'evil' })).status, protocol === 'nx' ? 403 : 401);
  });
}

test('webdav: a read-only token removes nothing', async () => {
  await using server = await startTestServer();
  const [writer, reader] = [server.token('main'), server.token('main', { readOnly: true })];
  const path = '/webdav/a/b';
  assert.equal((await put(server, path, { token: writer, body: 'kept' })).status, 201);
  assert.equal((await call(server, path, { method: 'DELETE', token: reader })).status, 403);
  assert.equal(await get(server, path, reader), 'kept');
});

test('nx and turborepo: what main stored first stays, for main too', async () => {
  await using server = await startTestServer();
  const main = server.token('main');
  for (const { path } of KEYED.slice(0, 3)) {
    await put(server, path, { token: main, body: 'first' });
    await put(server, path, { token: main, body: 'second' });
    assert.equal(await get(server, path, main), 'first');
  }
  assert.equal((await put(server, '/v1/cache/1234567890', { token: main, body: 'third' })).status, 409);
});

test('of many first writers one wins, and everybody reads that one', async () => {
  await using server = await startTestServer();
  const main = server.token('main');
  const bodies = Array.from({ length: 16 }, (_, at) => `writer ${at} `.repeat(5000));
  const answers = await Promise.all(
    bodies.map(async (body) => await put(server, '/v1/cache/77', { token: main, body })),
  );
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  const winner = bodies[answers.findIndex(({ status }) => status === 200)];
  assert.equal(await get(server, '/v1/cache/77', main), winner);
});

test('bazel: content under a digest that is not its own is refused, small and large', async () => {
  await using server = await startTestServer();
  const main = server.token('main');
  for (const body of ['evil', 'evil'.repeat(100_000)]) {
    const path = `/cas/${sha256('good')}`;
    assert.equal((await put(server, path, { token: main, body })).status, 400);
    assert.equal(await get(server, path, main), 404);
  }
});

test('bazel: knowing a digest does not open another tenant or a scope below', async () => {
  await using server = await startTestServer();
  const path = `/cas/${sha256('secret')}`;
  await put(server, path, { token: server.token('pr/7'), body: 'secret' });
  assert.equal(await get(server, path, server.token('main')), 404);
  assert.equal(await get(server, path, server.token('pr/8')), 404);
  assert.equal(await get(server, path, server.token('pr/7', { tenant: 'other' })), 404);
});

test('bazel: an action result that names a blob nobody stored is a miss', async () => {
  await using server = await startTestServer();
  const main = server.token('main');
  const digest = Buffer.concat([Buffer.from([0x0a, 64]), Buffer.from(sha256('gone')), Buffer.from([0x10, 4])]);
  const file = Buffer.concat([Buffer.from([0x0a, 1, 0x61, 0x12, digest.length]), digest]);
  const result = Buffer.concat([Buffer.from([0x12, file.length]), file]);
  const path = `/ac/${sha256('action')}`;
  await call(server, path, { method: 'PUT', token: main, body: result });
  assert.equal(await get(server, path, main), 404);
  await put(server, `/cas/${sha256('gone')}`, { token: main, body: 'gone' });
  assert.notEqual(await get(server, path, main), 404);
});

const WAYS_OUT = [
  '/v8/artifacts/..%2f..%2f..%2ftokens.json',
  '/v8/artifacts/%2e%2e',
  '/v8/artifacts/abc?slug=..%2f..%2fother',
  '/v8/artifacts/abc?teamId=%00',
  '/v8/artifacts/abc?slug=a&slug=b',
  '/v1/cache/..%2f..%2ftokens.json',
  '/v1/cache/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '/gradle/..%2ftokens.json',
  '/ccache/../../tokens.json',
  '/ccache/..%2f..%2ftokens.json',
  '/ccache/ab/..%2f..',
  `/../../ac/${'a'.repeat(64)}x`,
  `/a%00b/cas/${'a'.repeat(64)}`,
  `/cas/${'A'.repeat(64)}`,
];

test('no path leads out of its place', async () => {
  await using server = await startTestServer();
  const main = server.token('main');
  const before = readdirSync(join(server.directory, '..'));
  for (const path of WAYS_OUT) {
    // Sent as it is: `fetch` would tidy the path up.
    assert.match(await raw(server, 'GET', { path, token: main }), /^HTTP\/1\.1 (400|404) /, path);
    assert.match(await raw(server, 'PUT', { path, token: main }), /^HTTP\/1\.1 (400|403|404) /, path);
  }
  assert.deepEqual(readdirSync(server.directory), [], 'nothing was written at all');
  assert.deepEqual(
    readdirSync(join(server.directory, '..')).filter((name) => !before.includes(name) && name === 'tokens.json'),
    [],
  );
});

async function raw(server: TestServer, method: string, call: { path: string; token: string }): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(
    `${method} ${call.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${call.token}\r\nContent-Length: ${method === 'PUT' ? 4 : 0}\r\nConnection: close\r\n\r\n${method === 'PUT' ? 'evil' : ''}`,
  );
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

test('github-actions: a signed URL cannot be changed, turned round or used later', async () => {
  let time = Date.now();
  await using server = await startTestServer({ now: () => time });
  const pull = server.token('pr/7');
  const service = '/twirp/github.actions.results.api.v1.CacheService';
  const ask = async (method: string, body: object): Promise<Record<string, string>> => {
    const response = await call(server, `${service}/${method}`, {
      method: 'POST',
      token: pull,
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, string>;
  };
  const { signed_upload_url: signed = '' } = await ask('CreateCacheEntry', { key: 'k', version: 'v' });
  const url = new URL(signed);
  const grant = JSON.parse(Buffer.from(url.searchParams.get('grant')!, 'base64url').toString()) as object;
  const forged = new URL(url);
  forged.searchParams.set('grant', Buffer.from(JSON.stringify({ ...grant, scope: 'main' })).toString('base64url'));
  const upload = async (to: URL): Promise<number> => (await fetch(to, { method: 'PUT', body: 'evil' })).status;
  assert.equal(await upload(forged), 401);
  assert.equal((await fetch(url)).status, 401, 'an upload URL does not download');
  assert.equal(await upload(new URL(`${server.url}/github-actions/blobs`)), 401);
  time += 7 * 60 * 60 * 1000;
  assert.equal(await upload(url), 401, 'too late');
  time -= 7 * 60 * 60 * 1000;
  assert.equal(await upload(url), 201);
  assert.equal((await ask('FinalizeCacheEntryUpload', { key: 'k', version: 'v', size_bytes: '4' }))['ok'], true);
});

test('no log line shows a credential, a key, a path or a query', async () => {
  await using server = await startTestServer();
  const main = server.token('main');
  await put(server, '/v8/artifacts/very-special-key?slug=special-team', { token: main, body: 'x' });
  await get(server, '/v8/artifacts/very-special-key?slug=special-team', 'wrong-credential');
  const log = server.lines.join('\n');
  for (const secret of [main, 'wrong-credential', 'very-special-key', 'special-team', '/v8/'])
    assert.equal(log.includes(secret), false, secret);
});
