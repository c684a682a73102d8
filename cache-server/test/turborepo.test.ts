import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { call, startTestServer, type TestServer } from './rig/server.js';

const PATH = '/v8/artifacts/0123456789abcdef?slug=acme';

async function put(server: TestServer, token: string, headers: Record<string, string> = {}): Promise<Response> {
  return await call(server, PATH, { method: 'PUT', token, body: 'artifact', headers });
}

async function query(server: TestServer, token: string): Promise<unknown> {
  const body = JSON.stringify({ hashes: ['0123456789abcdef', 'fedcba9876543210', '../x'] });
  return await (await call(server, '/v8/artifacts?slug=acme', { method: 'POST', token, body })).json();
}

test('where only signed artifacts count, one without a tag is refused, and a miss when it was there before', async () => {
  await using server = await startTestServer({ signedOnly: ['strict', 'default/release'] });
  const terms = { tenant: 'strict' };
  for (const token of [server.token('main', terms), server.token('pr/7', terms), server.token('release/1')]) {
    const refused = await put(server, token);
    assert.equal(refused.status, 403);
    const { error } = (await refused.json()) as { error: { code: string; message: string } };
    assert.equal(error.code, 'forbidden');
    assert.match(error.message, /signed/);
    assert.equal((await put(server, token, { 'x-artifact-tag': 'dGFn' })).status, 202);
    assert.equal((await call(server, PATH, { token })).headers.get('x-artifact-tag'), 'dGFn');
  }
  // What `main` may still store without a tag is nothing for a release that reads it.
  const free = server.token('main');
  const path = '/v8/artifacts/aaaaaaaaaaaaaaaa';
  assert.equal((await call(server, path, { method: 'PUT', token: free, body: 'x' })).status, 202);
  assert.equal((await call(server, path, { token: free })).status, 200);
  assert.equal((await call(server, path, { token: server.token('release/1') })).status, 404);
  assert.equal((await call(server, path, { method: 'HEAD', token: server.token('release/1') })).status, 404);
});

test('what is stored is answered with its address, of the origin that was asked', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const { port } = server;
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `127.0.0.1:${port}`]) {
    const answer = await new Promise<string>((resolve, reject) => {
      const headers = { host, authorization: `Bearer ${token}`, 'content-length': '1', 'content-type': 'text/plain' };
      const sent = request({ port, method: 'PUT', path: PATH, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      });
      sent.on('error', reject);
      sent.end('x');
    });
    assert.deepEqual(JSON.parse(answer), { urls: [`http://${host}/v8/artifacts/0123456789abcdef`] });
  }
});

test('a batch tells size, time and tag of what is there, null of what is not', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  await put(server, token, { 'x-artifact-tag': 'dGFn', 'x-artifact-duration': '1234' });
  assert.deepEqual(await query(server, token), {
    '0123456789abcdef': { size: 8, taskDurationMs: 1234, tag: 'dGFn' },
    fedcba9876543210: null,
  });
});

test('facts come back as they were; a duration that is no number never does', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const facts = { 'x-artifact-sha': 'a'.repeat(40), 'x-artifact-dirty-hash': 'b'.repeat(64) };
  await put(server, token, { ...facts, 'x-artifact-duration': '1.5', 'x-artifact-client-ci': 'GITHUB_ACTIONS' });
  const { headers } = await call(server, PATH, { method: 'HEAD', token });
  for (const [name, value] of Object.entries(facts)) assert.equal(headers.get(name), value);
  assert.equal(headers.get('x-artifact-duration'), null);
  assert.equal(headers.get('content-length'), '8');
  assert.equal((await put(server, token, { 'x-artifact-tag': 'x'.repeat(601) })).status, 400);
});

test('the id that a link makes of a team and its slug are one team; no team at all is served', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  await put(server, token);
  const status = async (team: string): Promise<number> =>
    (await call(server, `/v8/artifacts/0123456789abcdef${team}`, { token })).status;
  assert.equal(await status('?teamId=team_acme'), 200);
  assert.equal(await status('?teamId=team_acme&slug=other'), 200);
  assert.equal(await status('?team=acme'), 200);
  assert.equal(await status('?slug=other'), 404);
  assert.equal(await status(''), 404);
});

test('account: the holder of a token and its one team, its tenant; nothing without a token', async () => {
  await using server = await startTestServer();
  const token = server.token('pr/7', { tenant: 'acme' });
  const json = async (path: string): Promise<Record<string, Record<string, unknown>>> =>
    (await (await call(server, path, { token })).json()) as Record<string, Record<string, unknown>>;
  assert.equal(typeof (await json('/v2/user'))['user']?.['username'], 'string');
  const { teams } = (await json('/v2/teams?limit=100')) as unknown as { teams: Record<string, unknown>[] };
  assert.deepEqual(
    teams.map(({ id, slug }) => [id, slug]),
    [['team_acme', 'acme']],
  );
  assert.equal((await json('/v2/teams/team_acme'))['slug'], 'acme');
  assert.equal((await json('/v5/user/tokens/current'))['token']?.['type'], 'token');
  for (const path of ['/v2/user', '/v2/teams', '/v2/teams/x', '/v5/user/tokens/current'])
    assert.equal((await call(server, path)).status, 401, path);
});

test('logout: who has a token of a user may take it back; one that machines may share stays', async () => {
  await using server = await startTestServer();
  const logOut = async (token: string): Promise<Response> =>
    await call(server, '/v3/user/tokens/current', { method: 'DELETE', token });
  const status = async (token: string): Promise<number> => (await call(server, '/v2/user', { token })).status;
  const [user, other] = [server.token('user/ann'), server.token('user/bo')];
  const left = await logOut(user);
  assert.equal(left.status, 200);
  assert.equal(typeof ((await left.json()) as { tokenId?: unknown }).tokenId, 'string');
  assert.deepEqual([await status(user), await status(other)], [401, 200]);
  assert.equal((await logOut(user)).status, 401);
  for (const scope of ['main', 'pr/7', 'release/1']) {
    const token = server.token(scope, { readOnly: true });
    assert.equal((await logOut(token)).status, 403);
    assert.equal(await status(token), 200);
  }
  assert.equal((await call(server, '/v3/user/tokens/current', { method: 'DELETE' })).status, 401);
});

test('preflight: asks for a login, allows the credential and every header, and names no other place', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  for (const path of [PATH, '/v8/artifacts/events?slug=acme', '/v8/artifacts?slug=acme']) {
    const { status, headers } = await call(server, path, { method: 'OPTIONS', token });
    assert.equal(status, 200);
    assert.equal(headers.get('location'), null);
    const allowed = headers.get('access-control-allow-headers') ?? '';
    for (const name of ['Authorization', 'Content-Type', 'User-Agent', 'x-artifact-tag', 'x-artifact-duration'])
      assert.ok(allowed.includes(name), name);
    assert.equal((await call(server, path, { method: 'OPTIONS' })).status, 401);
  }
});

test('events and status', async () => {
  await using server = await startTestServer();
  const token = server.token('pr/7', { readOnly: true });
  assert.deepEqual(await (await call(server, '/v8/artifacts/status', { token })).json(), { status: 'enabled' });
  const event = { sessionId: crypto.randomUUID(), source: 'REMOTE', event: 'HIT', hash: 'a', duration: 1 };
  const sent = await call(server, '/v8/artifacts/events', { method: 'POST', token, body: JSON.stringify([event]) });
  assert.equal(sent.status, 200);
  assert.equal((await call(server, '/v8/artifacts/status', { token: 'wrong' })).status, 401);
});

test('a body in chunks, as turbo before 2.3 sends it, is stored whole; half of one is not', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const send = async (path: string, text: string): Promise<string> => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end(
      `PUT ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${text}`,
    );
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  };
  assert.match(await send('/v8/artifacts/1', '4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n'), /^HTTP\/1\.1 202 /);
  assert.equal(await (await call(server, '/v8/artifacts/1', { token })).text(), 'abcdef');
  await send('/v8/artifacts/2', '4\r\nabcd\r\n2\r\nef\r\n');
  assert.equal((await call(server, '/v8/artifacts/2', { token })).status, 404);
  assert.match(await send('/v8/artifacts/3', 'zz\r\nabcd\r\n0\r\n\r\n'), /^HTTP\/1\.1 400 /);
  assert.equal((await call(server, '/v8/artifacts/3', { token })).status, 404);
});
