import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import type { TrustedIssuer } from '../src/index.js';
import { call, startTestServer, type TestServer } from './rig/server.js';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let issuer: Server;
let origin: string;
let keys: Keys;
let fetches = 0;

before(async () => {
  keys = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  issuer = createServer((request, response) => {
    fetches++;
    // Of an issuer in trouble: the same at every address below it.
    const [, trouble] = /^\/(failing|login|empty|cut)\//.exec(request.url ?? '') ?? [];
    if (trouble !== undefined) return answerBadly(trouble, response);
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: origin, jwks_uri: `${origin}/keys` },
      '/open/.well-known/openid-configuration': { issuer: `${origin}/open`, jwks_uri: 'http://keys.example/keys' },
      '/other/.well-known/openid-configuration': { issuer: origin, jwks_uri: `${origin}/keys` },
    };
    const body = documents[request.url ?? ''] ?? { keys: [jwk] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
});

after(() => issuer.close());

function answerBadly(trouble: string, response: ServerResponse): void {
  if (trouble === 'failing') response.writeHead(503).end();
  else if (trouble === 'login') response.end('<html>');
  else if (trouble === 'empty') response.end('{}');
  else response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy());
}

function trusted(): TrustedIssuer {
  return {
    issuer: origin,
    audience: 'our-cache',
    tenant: 'default',
    jwksUrl: undefined,
    rules: [
      { claims: { repository: 'acme/app', ref: 'refs/heads/main', event_name: 'push' }, scope: 'main' },
      { claims: { repository: 'acme/app', ref: 'refs/heads/release/{name}' }, scope: 'release/{name}' },
      { claims: { repository: 'acme/app', ref: 'refs/pull/{number}/merge' }, scope: 'pr/{number}' },
      { claims: { repository: 'acme/app', ref: 'refs/heads/main' }, scope: 'main', readOnly: true },
    ],
  };
}

const PUSH = { repository: 'acme/app', ref: 'refs/heads/main', event_name: 'push' };

async function sign(
  claims: JWTPayload,
  terms: { key?: Keys; aud?: string; iss?: string; exp?: number; without?: 'exp' | 'iat' | 'sub' } = {},
): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  const times = { iat: seconds - 600, exp: terms.exp ?? seconds + 600 };
  const payload: JWTPayload = { sub: 'repo:acme/app', ...times, ...claims };
  if (terms.without !== undefined) delete payload[terms.without];
  return await new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(terms.iss ?? origin)
    .setAudience(terms.aud ?? 'our-cache')
    .sign((terms.key ?? keys).privateKey);
}

async function write(server: TestServer, token: string, key = '1'): Promise<number> {
  return (await call(server, `/v1/cache/${key}`, { method: 'PUT', token, body: 'x' })).status;
}

test('the claims of a verified token decide the scope', async () => {
  await using server = await startTestServer({ issuers: [trusted()] });
  const table = [
    { claims: PUSH, scope: 'main' },
    { claims: { ...PUSH, ref: 'refs/pull/7/merge', event_name: 'pull_request' }, scope: 'pr/7' },
    { claims: { ...PUSH, ref: 'refs/heads/release/1.2' }, scope: 'release/1.2' },
  ];
  for (const [at, { claims, scope }] of table.entries()) {
    assert.equal(await write(server, await sign(claims), String(at)), 200);
    assert.equal(server.requests().at(-1)?.scope, scope);
  }
});

test('keys are fetched once, tokens verified once', async () => {
  await using server = await startTestServer({ issuers: [trusted()] });
  const before = fetches;
  const token = await sign(PUSH);
  for (const key of ['1', '2', '3']) assert.equal(await write(server, token, key), 200);
  assert.equal(await write(server, await sign({ ...PUSH, run: 2 }), '4'), 200);
  assert.equal(fetches - before, 2, 'discovery and keys');
});

test('a token that is expired, foreign, altered or without a rule opens nothing', async () => {
  await using server = await startTestServer({ issuers: [trusted()] });
  const stranger = await generateKeyPair('RS256');
  const good = await sign(PUSH);
  const [head, , signature] = good.split('.');
  const altered = Buffer.from(JSON.stringify({ ...PUSH, iss: origin, aud: 'our-cache', sub: 'x', iat: 1, exp: 4e9 }));
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${altered.toString('base64url')}.`;
  const table: readonly (readonly [string, string, number])[] = [
    // Nx would end the run that it expired in: it is told that nothing was stored.
    ['expired', await sign(PUSH, { exp: Math.floor(Date.now() / 1000) - 120 }), 403],
    ['expired days ago', await sign(PUSH, { exp: Math.floor(Date.now() / 1000) - 200_000 }), 401],
    ['without an end', await sign(PUSH, { without: 'exp' }), 401],
    ['without a beginning', await sign(PUSH, { without: 'iat' }), 401],
    ['of nobody', await sign(PUSH, { without: 'sub' }), 401],
    ['for somebody else', await sign(PUSH, { aud: 'another-service' }), 401],
    ['of another issuer', await sign(PUSH, { iss: 'https://issuer.example' }), 401],
    ['signed with another key', await sign(PUSH, { key: stranger }), 401],
    ['altered', `${head}.${altered.toString('base64url')}.${signature}`, 401],
    ['unsigned', unsigned, 401],
    ['of another repository', await sign({ ...PUSH, repository: 'evil/app' }), 403],
    ['of a similar repository', await sign({ ...PUSH, repository: 'acme/app2' }), 403],
    ['of another branch', await sign({ ...PUSH, ref: 'refs/heads/feature' }), 403],
    ['of a branch that looks like a pull request', await sign({ ...PUSH, ref: 'refs/pull/7/x/merge' }), 403],
    ['of a branch whose name is no scope', await sign({ ...PUSH, ref: 'refs/heads/release/..' }), 403],
    ['of pull_request_target', await sign({ ...PUSH, event_name: 'pull_request_target' }), 403],
  ];
  for (const [name, token, status] of table) assert.equal(await write(server, token), status, name);
  const reasons = server.lines.filter((line) => line.includes('ERR_JWT_CLAIM_VALIDATION_FAILED aud'));
  assert.equal(reasons.length, 1, 'the log names the claim that was wrong');
  assert.equal(await write(server, good), 200);
});

test('a remembered token is not believed after it has expired', async () => {
  let time = Date.now();
  await using server = await startTestServer({ issuers: [trusted()], now: () => time });
  const token = await sign(PUSH);
  assert.equal(await write(server, token, '1'), 200);
  time += 3_600_000;
  assert.equal((await call(server, '/v8/artifacts/2', { method: 'PUT', token, body: 'x' })).status, 401);
});

test('nx: a token that ended in the middle of a run is a miss; one of another time, or that never was ours, is told', async () => {
  let time = Date.now();
  await using server = await startTestServer({ issuers: [trusted()], now: () => time });
  const [token, foreign] = [await sign(PUSH), await sign({ ...PUSH, repository: 'evil/app' })];
  const read = async (path: string, credential: string): Promise<number> =>
    (await call(server, path, { token: credential })).status;
  assert.equal(await write(server, token), 200);
  time += 3_600_000;
  assert.equal(await read('/v1/cache/1', token), 404, 'not what is there');
  assert.equal(await write(server, token, '2'), 403);
  assert.equal(await read('/v8/artifacts/1', token), 401, 'other clients are told');
  assert.equal(await read('/v1/cache/1', foreign), 401);
  for (let at = 0; at < 30; at++) await read('/v1/cache/1', await sign({ ...PUSH, run: at }));
  assert.equal(await read('/v1/cache/1', server.token('main')), 200, 'ended tokens are no guesses');
  assert.ok(server.lines.some((line) => line.includes('"ended-credential"')));
  time += 86_400_000;
  assert.equal(await read('/v1/cache/1', token), 401);
});

test('keys that anybody on the way could have replaced are not fetched', async () => {
  const open = { ...trusted(), issuer: `${origin}/open` };
  await using server = await startTestServer({ issuers: [open] });
  const token = await sign(PUSH, { iss: open.issuer });
  assert.equal((await call(server, '/v8/artifacts/1', { token })).status, 503);
  assert.ok(server.lines.some((line) => line.includes('without an https address of keys')));
});

test('keys that the discovery document of another issuer names are not fetched', async () => {
  const other = { ...trusted(), issuer: `${origin}/other` };
  await using server = await startTestServer({ issuers: [other] });
  const token = await sign(PUSH, { iss: other.issuer });
  assert.equal((await call(server, '/v8/artifacts/1', { token })).status, 503);
  assert.ok(server.lines.some((line) => line.includes('a discovery document of somebody else')));
});

test('an issuer that is down is trouble, not a wrong token; nx sees a miss', async () => {
  const gone = { ...trusted(), issuer: 'http://127.0.0.1:1' };
  await using server = await startTestServer({ issuers: [gone] });
  const token = await sign(PUSH, { iss: gone.issuer });
  assert.equal(await write(server, token), 403, 'nx: not stored');
  assert.equal((await call(server, '/v8/artifacts/1', { token })).status, 503);
  assert.equal((await call(server, '/v1/cache/1', { token })).status, 404);
  assert.ok(
    server.lines.some((line) => line.includes('"store-trouble"')),
    'the log says why',
  );
});

test('an issuer that answers without its keys is trouble too, however often: no guess that locks out whoever has a right token', async () => {
  const names = ['failing', 'login', 'empty', 'cut'];
  const found = names.map((name) => ({ ...trusted(), issuer: `${origin}/${name}/found` }));
  const known = names.map((name) => ({ ...trusted(), issuer: `${origin}/${name}`, jwksUrl: `${origin}/${name}/keys` }));
  await using server = await startTestServer({ issuers: [...found, ...known] });
  for (const { issuer: iss } of [...found, ...known])
    for (let run = 0; run < 5; run++) {
      const token = await sign({ ...PUSH, run }, { iss });
      assert.equal((await call(server, '/v8/artifacts/1', { token })).status, 503, iss);
    }
  const token = server.token('main');
  assert.equal((await call(server, '/v8/artifacts/1', { token })).status, 404, 'a miss');
});
