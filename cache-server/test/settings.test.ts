import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyRules } from '../src/auth/claim-rules.js';
import { readChain, type Scope } from '../src/auth/scope.js';
import { findSigners } from '../src/auth/signed-by.js';
import { parseServeRequest } from '../src/config/serve-request.js';
import { parseTrustConfig } from '../src/config/trust-config.js';
import { UsageError } from '../src/config/usage-error.js';

function withConfig(config: unknown, use: (path: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'settings-'));
  try {
    const path = join(directory, 'server.json');
    writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
    use(path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('a flag wins over a variable, and that over the file', () => {
  withConfig({ port: 1, host: 'file', 'max-size': '1GB', quota: ['pr=2MB'], 'trust-proxy': true }, (path) => {
    const env = { TR_CACHE_HOST: 'variable', TR_CACHE_MAX_SIZE: '2GB', TR_CACHE_CONFIG: path };
    const request = parseServeRequest(['--max-size', '3GB'], env, '/');
    assert.deepEqual(
      [request.port, request.host, request.totalBytes, request.scopeBytes, request.trustProxy],
      [1, 'variable', 3 * 1024 ** 3, { pr: 2 * 1024 ** 2 }, true],
    );
  });
});

for (const [title, config] of [
  ['is no JSON', '{'],
  ['is a list', []],
  ['has a setting that there is none of', { prot: 1 }],
  ['has a setting of another kind', { port: {} }],
] as const) {
  test(`a file that ${title} is refused`, () => {
    withConfig(config, (path) => {
      assert.throws(() => parseServeRequest(['--config', path], {}, '/'), { name: 'UsageError' });
    });
  });
}

test('a key of a file that there is none of has a nearest one, as a flag has', () => {
  withConfig({ qouta: [] }, (path) => {
    assert.throws(() => parseServeRequest(['--config', path], {}, '/'), /no `qouta`\. Did you mean `quota`\?$/);
  });
  const trust = (text: string) => () => parseTrustConfig(text);
  assert.throws(trust('{"isuers": []}'), /unknown key, `isuers`\. Did you mean `issuers`\?$/);
  assert.throws(trust('{"everything": []}'), /There are `issuers`, `parents`, `signedOnly`, `signedBy`\.$/);
});

test('the token of the environment is one word; space around it is of the file it came from', () => {
  const tokenOf = (text: string): string | undefined => parseServeRequest([], { TR_CACHE_TOKEN: text }, '/').firstToken;
  assert.deepEqual([tokenOf('secret\n'), tokenOf(''), tokenOf(' \n')], ['secret', undefined, undefined]);
  for (const wrong of ['two words', 'tökén']) assert.throws(() => tokenOf(wrong), { name: 'UsageError' });
});

test('a bucket has no bound and no upkeep of its own, and its tokens are in it', () => {
  const bucket = parseServeRequest(['--store', 's3://bucket/prefix'], {}, '/home');
  assert.deepEqual(bucket.store, { kind: 'bucket', url: 's3://bucket/prefix' });
  assert.deepEqual([bucket.totalBytes, bucket.upkeepMs, bucket.tokensFile], [undefined, 0, undefined]);
  const directory = parseServeRequest([], {}, '/home');
  assert.deepEqual(directory.store, { kind: 'directory', directory: '/home/tr-cache' });
  assert.deepEqual([directory.upkeepMs, directory.tokensFile], [600_000, '/home/tr-cache/tokens.json']);
  assert.equal(parseServeRequest(['--store', 's3://bucket', '--upkeep', '6h'], {}, '/').upkeepMs, 6 * 3_600_000);
  assert.equal(parseServeRequest(['--upkeep', 'off'], {}, '/').upkeepMs, 0);
  assert.throws(() => parseServeRequest(['--store', 'https://bucket'], {}, '/'), { name: 'UsageError' });
});

test('hot bodies have a bound, which may be zero', () => {
  const bytesOf = (...args: string[]): number => parseServeRequest(args, {}, '/').hotBytes;
  assert.equal(bytesOf(), 64 * 1024 ** 2);
  assert.equal(bytesOf('--hot-bodies', '200MB'), 200 * 1024 ** 2);
  for (const none of ['0', 'off']) assert.equal(bytesOf('--hot-bodies', none), 0);
  assert.equal(parseServeRequest([], { TR_CACHE_HOT_BODIES: '1GB' }, '/').hotBytes, 1024 ** 3);
  for (const wrong of ['many', '-1', '5GB'])
    assert.throws(() => bytesOf(`--hot-bodies=${wrong}`), { name: 'UsageError' }, wrong);
});

test('a trust file names whose signatures count, and the nearest place decides', () => {
  const [tenant, main] = [0, 1].map(() =>
    generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  );
  const { signedBy } = parseTrustConfig(JSON.stringify({ signedBy: { acme: [tenant], 'acme/main': [main] } }));
  const at = (name: string, scope: string) => findSigners(signedBy, { tenant: name, scope: scope as Scope });
  assert.equal(at('acme', 'main'), signedBy.get('acme/main'));
  assert.equal(at('acme', 'pr/7'), signedBy.get('acme'));
  assert.equal(at('other', 'main'), undefined);
  for (const wrong of [[], [tenant], { acme: [] }, { acme: ['AAAA'] }, { 'a/b/c/d': [tenant] }, { acme: tenant }])
    assert.throws(() => parseTrustConfig(JSON.stringify({ signedBy: wrong })), UsageError);
});

test('a scope and a claim may have any name, that of a part of an object too', () => {
  const { parents } = parseTrustConfig('{"parents":{"toString":["release/1"],"*":["main"]}}');
  assert.deepEqual(readChain('toString/x' as Scope, parents), ['toString/x', 'release/1', 'main']);
  for (const kind of ['constructor', 'valueOf', 'hasOwnProperty'])
    assert.deepEqual(readChain(`${kind}/x` as Scope, parents), [`${kind}/x`, 'main']);
  const rules = '[{"claims":{"__proto__":"x","sub":"y"},"scope":"main"}]';
  const { issuers } = parseTrustConfig(`{"issuers":[{"issuer":"https://ci.example","audience":"a","rules":${rules}}]}`);
  const [rule] = issuers.flatMap((issuer) => issuer.rules);
  assert.deepEqual(Object.keys(rule?.claims ?? {}), ['__proto__', 'sub']);
  assert.equal(applyRules(rule === undefined ? [] : [rule], { sub: 'y' }), undefined);
});

test('a switch of a variable says true or false, a bound is above zero, and a flag that there is none of has a nearest one', () => {
  const read = (args: readonly string[], value?: string) =>
    parseServeRequest(args, { TR_CACHE_TRUST_PROXY: value }, '/').trustProxy;
  assert.deepEqual(
    [read([], '1'), read([], 'true'), read([], '0'), read([], 'false'), read([])],
    [true, true, false, false, false],
  );
  assert.throws(() => read([], 'yes'), /--trust-proxy must be true or false, not `yes`/);
  assert.throws(() => read(['--max-size', '0']), /above zero/);
  assert.throws(() => read(['--quota', 'pr=0']), /above zero/);
  assert.throws(() => read(['--prot', '1']), /no option `--prot` here\. Did you mean `--port`\?/);
  assert.throws(() => read(['--everything']), /no option `--everything` here\. `tr-cache-server --help`/);
});

test('a rule of a trust file that could never give a scope is refused when the server starts', () => {
  const read = (issuer: string, scope: string, claims: unknown = { ref: ['refs/heads/{name}', 'x/{other...}'] }) =>
    parseTrustConfig(JSON.stringify({ issuers: [{ issuer, audience: 'a', rules: [{ claims, scope }] }] }));
  assert.equal(read('https://ci.example', 'branch/{other}').issuers[0]?.rules[0]?.scope, 'branch/{other}');
  assert.equal(read('http://127.0.0.1:1', 'pr-{name}').issuers.length, 1);
  for (const [issuer, scope, why] of [
    ['https://ci.example', 'branch/{nam}', /`\{nam\}`, which none of its claims brings/],
    ['https://ci.example', '../{name}', /must be like main/],
    ['https://ci.example', 'a/b/{name}', /must be like main/],
    ['ci.example', 'main', /must be an address/],
    ['ftp://ci.example', 'main', /must be an address/],
    ['http://ci.example', 'main', /http:\/\/ only on this machine/],
    ['http://127.0.0.1.ci.example', 'main', /http:\/\/ only on this machine/],
  ] as const)
    assert.throws(() => read(issuer, scope), why);
});
