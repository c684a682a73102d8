import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '@tr/hash';
import { openTokenFile, type TokenFile } from '../src/index.js';
import { FailedLogins } from '../src/auth/failed-logins.js';
import { toNetwork } from '../src/auth/network.js';
import type { Scope } from '../src/auth/scope.js';
import { createToken, findToken, revokeToken, type StoredToken } from '../src/auth/token.js';
import { toTokenStore } from '../src/auth/token-store.js';
import { runTokenCommand } from '../src/config/token-command.js';
import { V2 } from './rig/grpc.js';
import { call, startTestServer } from './rig/server.js';

test('Bearer T and Basic any:T are the same token', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  const table: readonly (readonly [string, number])[] = [
    [`Bearer ${token}`, 404],
    [`bearer  ${token}`, 404],
    [basic(`any:${token}`), 404],
    [basic(`:${token}`), 404],
    [basic(`${token}:`), 401],
    [basic(token), 401],
    [`Digest ${token}`, 401],
    [token, 401],
    ['', 401],
  ];
  for (const [authorization, status] of table) {
    const response = await call(server, '/v1/cache/1', { headers: { authorization } });
    assert.equal(response.status, status, authorization);
  }
});

test('many different wrong tokens from one address are slowed down; the same one again is not guessing', async () => {
  let time = Date.now();
  await using server = await startTestServer({ now: () => time });
  const [known, fresh] = [server.token('main'), server.token('main')];
  const status = async (token: string): Promise<number> => (await call(server, '/v8/artifacts/1', { token })).status;
  assert.equal(await status(known), 404);
  for (let at = 0; at < 40; at++) assert.equal(await status('an-expired-one'), 401);
  for (let at = 0; at < 20; at++) await status(`guess-${at}`);
  assert.equal(await status('one-more'), 429);
  assert.equal(await status(fresh), 429, 'a right guess is not told from a wrong one');
  assert.equal(await status(known), 404, 'who is logged in goes on');
  assert.equal((await call(server, '/v1/cache/1', { token: fresh })).status, 404, 'nx would end the run at a 429');
  time += 61_000;
  assert.equal(await status(fresh), 404);
});

test('a token that was taken back on a machine whose clock is ahead, or behind, is good for nothing at once', async () => {
  const time = Date.now();
  for (const ahead of [3_600_000, -3_600_000]) {
    const { text, stored } = createToken(
      { tenant: 'default', scope: 'main' as Scope, readOnly: false, expiresAt: time + 86_400_000 },
      time,
    );
    let tokens: readonly StoredToken[] = [stored];
    await using server = await startTestServer({ now: () => time, tokens: () => tokens });
    const status = async (): Promise<number> => (await call(server, '/v8/artifacts/1', { token: text })).status;
    assert.equal(await status(), 404);
    tokens = revokeToken(tokens, stored.id, time + ahead) ?? tokens;
    assert.equal(await status(), 401);
    assert.ok(server.lines.some((line) => line.includes('"ended-credential"') && line.includes('was revoked')));
  }
});

test('a clock that is put back does not lock anybody out for as long', async () => {
  let time = 10 * 86_400_000;
  const failed = new FailedLogins(() => time);
  for (let at = 0; at < 20; at++) failed.note('192.0.2.1', `guess-${at}`);
  assert.ok(failed.isBlocked('192.0.2.1'));
  time -= 86_400_000;
  assert.ok(!failed.isBlocked('192.0.2.1'));
});

async function withFile(use: (file: TokenFile, path: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tokens-'));
  try {
    const path = join(directory, 'tokens.json');
    await use(openTokenFile(path), path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('tokens are created, listed and revoked; the file holds hashes only and is for its owner', async () => {
  await withFile(async (file, path) => {
    const printed: string[] = [];
    const context = {
      open: async () => toTokenStore(file),
      print: (line: string) => void printed.push(line),
      note: () => undefined,
      now: 1_000_000,
    };
    await runTokenCommand(['create', '--scope', 'pr/7', '--read-only', '--expires', '90d'], context);
    const [text = ''] = printed;
    assert.equal(readFileSync(path, 'utf8').includes(text), false);
    assert.equal(statSync(path).mode & 0o077, 0);
    const found = findToken(file.list(), sha256(text));
    assert.deepEqual([found?.scope, found?.readOnly, found?.expiresAt], ['pr/7', true, 1_000_000 + 90 * 86_400_000]);
    await runTokenCommand(['list'], context);
    assert.match(printed[1] ?? '', /pr\/7\tread-only/);
    await runTokenCommand(['revoke', found?.id ?? ''], context);
    printed.length = 0;
    await runTokenCommand(['list'], context);
    assert.deepEqual(printed, []);
    const [revoked] = openTokenFile(path).list();
    assert.deepEqual([revoked?.revokedAt, revoked?.expiresAt], [1_000_000, 1_000_000], 'kept for a day, as ended');
    await assert.rejects(() => runTokenCommand(['revoke', found?.id ?? ''], context), { name: 'UsageError' });
    const dayLater = { ...context, now: 1_000_000 + 86_400_001 };
    await runTokenCommand(['create', '--scope', 'main'], dayLater);
    await runTokenCommand(['revoke', openTokenFile(path).list()[1]?.id ?? ''], dayLater);
    assert.equal(openTokenFile(path).list().length, 1, 'the first one is forgotten');
    for (const wrong of [['create'], ['create', '--scope', '../x'], ['revoke'], ['revoke', 'x'], ['what']])
      await assert.rejects(() => runTokenCommand(wrong, context), { name: 'UsageError' });
  });
});

test('a running server sees tokens that another process writes', async () => {
  await withFile(async (file, path) => {
    const printed: string[] = [];
    assert.deepEqual(file.list(), []);
    const context = {
      open: async () => toTokenStore(openTokenFile(path)),
      print: (line: string) => void printed.push(line),
      note: () => undefined,
      now: 1,
    };
    await runTokenCommand(['create', '--scope', 'main'], context);
    assert.equal(file.list().length, 1);
  });
});

test('behind a proxy, what the proxy noted is who guesses; what the client claims is not heard', async () => {
  await using server = await startTestServer({ trustProxy: true });
  const fresh = server.token('main');
  const status = async (token: string, forwarded: string): Promise<number> =>
    (await call(server, '/v8/artifacts/1', { token, headers: { 'x-forwarded-for': forwarded } })).status;
  for (let at = 0; at < 20; at++) assert.equal(await status(`guess-${at}`, `10.0.0.${at}, 203.0.113.9`), 401);
  assert.equal(await status('one-more', '10.9.9.9, 203.0.113.9'), 429);
  assert.equal(await status(fresh, '203.0.113.10'), 404, 'others go on');

  const client = connect(server.url);
  const grpcStatus = async (token: string, forwarded: string): Promise<string | undefined> => {
    const stream = client.request({
      ':method': 'POST',
      ':path': `${V2}.Capabilities/GetCapabilities`,
      'content-type': 'application/grpc',
      authorization: `Bearer ${token}`,
      'x-forwarded-for': forwarded,
    });
    stream.end(Buffer.alloc(5));
    const [headers] = (await once(stream, 'response')) as [Record<string, string>];
    stream.resume();
    return headers['grpc-message'];
  };
  assert.match((await grpcStatus('another', '10.0.0.1, 203.0.113.9')) ?? '', /Too%20many/);
  assert.equal(await grpcStatus(fresh, '10.0.0.1, 203.0.113.11'), undefined);
  client.close();
});

test('without a proxy, X-Forwarded-For is nothing', async () => {
  await using server = await startTestServer();
  const guess = async (at: number): Promise<number> =>
    (await call(server, '/v8/artifacts/1', { token: `guess-${at}`, headers: { 'x-forwarded-for': `10.0.0.${at}` } }))
      .status;
  for (let at = 0; at < 20; at++) await guess(at);
  assert.equal(await guess(21), 429);
});

test('one sender is an address, or the /64 that one machine has to itself', () => {
  const table: readonly (readonly [string, string])[] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['', ''],
  ];
  for (const [address, network] of table) assert.equal(toNetwork(address), network, address);
});

test('guessing from many addresses takes bounded memory', () => {
  const failed = new FailedLogins(() => 0);
  for (let at = 0; at < 50_000; at++) failed.note(`10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`, String(at));
  assert.ok(failed.size <= 10_000);
});
