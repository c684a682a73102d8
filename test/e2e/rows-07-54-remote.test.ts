/** Rows 7, 30, 31, 34, 35, 37, 40, 41 and 50 to 53 of the list of user complaints: the shared cache. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { blobFiles } from '../rig/cache-files.js';
import { checkOut } from '../rig/checkout.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { missReasons, reasonsOf, warningsOf } from '../rig/events.js';
import { cleanEnvironment } from '../rig/exec-tr.js';
import { startFaultProxy, type Fault } from '../rig/fault-proxy.js';
import { BUILD, createSample, EXECUTED, RESTORED, type SampleOptions } from '../rig/samples.js';
import { invocation, type TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

const sample = (options?: SampleOptions): TestWorkspace => keep(createSample(options));
const LIMITS = { remoteCache: { timeout: 2, uploadTimeout: 5 } };
const random = (bytes: number): string => `mkdir -p dist && head -c ${bytes} /dev/urandom > dist/out.bin`;

describe('rows of the shared cache', () => {
  let server: CacheServer;
  const tokens = mkdtempSync(join(tmpdir(), 'tr-rows-'));
  before(async () => {
    server = await startCacheServer(['--tokens-file', join(tokens, 'tokens.json')]);
  });
  after(async () => {
    await server.close();
    rmSync(tokens, { recursive: true });
  });

  /** A token of a scope, as `tr-cache-server token create` prints it. */
  function createToken(...options: readonly string[]): Readonly<Record<string, string>> {
    const bin = fileURLToPath(new URL('../../../cache-server/bin/tr-cache-server.js', import.meta.url));
    const run = spawnSync(process.execPath, [bin, 'token', 'create', ...options], {
      env: cleanEnvironment({ TR_CACHE_TOKENS_FILE: join(tokens, 'tokens.json') }),
      encoding: 'utf8',
    });
    const token = /trc_\S+/.exec(run.stdout)?.[0];
    assert.ok(token !== undefined, run.stdout + run.stderr);
    return { TR_REMOTE_URL: server.url, TR_TOKEN: token };
  }

  async function through<T>(
    fault: Fault,
    use: (env: Readonly<Record<string, string>>, proxy: { count: number; largest: number }) => Promise<T>,
  ): Promise<T> {
    const proxy = await startFaultProxy(server.url, fault);
    try {
      return await use({ ...server.client, TR_REMOTE_URL: proxy.url }, proxy);
    } finally {
      await proxy.close();
    }
  }

  test('row 7: every lookup has its outcome, and the summary counts what came from the remote', async () => {
    const first = sample();
    const cold = await first.tr(BUILD, { env: server.client });
    for (const task of ['lib#build', 'app#build']) assert.deepEqual(reasonsOf(cold, task), ['no-entry']);
    const second = keep(checkOut(first));
    const warm = await second.tr(['run', 'build'], { env: server.client });
    assert.match(warm.stdout, /lib:build: cache hit, .*remote/);
    assert.match(warm.stdout, /app:build: cache hit, .*remote/);
    assert.match(warm.stdout, /2 restored \(2 from remote\)/);
    const off = await keep(checkOut(first)).tr(BUILD, {
      env: { ...server.client, TR_REMOTE_URL: 'http://127.0.0.1:1' },
    });
    assert.deepEqual(reasonsOf(off, 'lib#build'), ['remote-unavailable']);
  });

  test('row 30: uploads that do not get through are counted aloud, and take no longer than they may', async () => {
    const workspace = sample({
      libBuild: random(3_000_000),
      config: { remoteCache: { timeout: 20, uploadTimeout: 1 } },
    });
    const started = performance.now();
    const run = await through({ kind: 'hang', paths: /chunks|entries/ }, (env) =>
      workspace.tr(['run', 'build'], { env }),
    );
    assert.equal(run.exitCode, 0);
    assert.match(run.stdout, /2 results were not sent to/);
    assert.ok(performance.now() - started < 30_000);
  });

  test('row 31: a large result travels in requests of a few MiB', async () => {
    const first = sample({ libBuild: random(30_000_000) });
    await through({ kind: 'none' }, async (env, proxy) => {
      assert.deepEqual((await first.tr(BUILD, { env })).outcomes, EXECUTED);
      assert.ok(proxy.largest > 1_000_000 && proxy.largest <= 8 * 1024 * 1024, `${proxy.largest} bytes`);
      assert.deepEqual((await keep(checkOut(first)).tr(BUILD, { env })).outcomes, RESTORED);
      assert.ok(proxy.largest <= 8 * 1024 * 1024);
    });
  });

  test('row 34: a restore that is stuck is given up, and the task runs', async () => {
    const first = sample({ libBuild: random(3_000_000), config: LIMITS });
    await first.tr(BUILD, { env: server.client });
    const second = keep(checkOut(first));
    const run = await through({ kind: 'hang', paths: /chunks\/get/ }, (env) => second.tr(BUILD, { env }));
    assert.equal(run.exitCode, 0);
    assert.equal(run.outcomes['lib#build'], 'executed', run.stdout);
    assert.equal(missReasons(run, 'lib#build')[0]?.['reason'], 'remote-unavailable');
    assert.deepEqual(warningsOf(run), ['remote/unavailable']);
  });

  test('row 35: many small results take about a request each, lookups far fewer; 429 breaks nothing', async () => {
    const count = 40;
    const names = Array.from({ length: count }, (_, at) => `small${at}`);
    const files = Object.fromEntries(
      names.map((name) => [
        `packages/${name}/package.json`,
        { json: { name, version: '1.0.0', scripts: { build: `mkdir -p dist && echo ${name} > dist/out.txt` } } },
      ]),
    );
    const first = sample({ files });
    await through({ kind: 'none' }, async (env, proxy) => {
      assert.equal((await first.tr(BUILD, { env })).exitCode, 0);
      assert.ok(proxy.count <= 2 * count, `${proxy.count} requests to store ${count + 2} results`);
      const before = proxy.count;
      const second = await keep(checkOut(first)).tr(BUILD, { env });
      assert.ok(Object.values(second.outcomes).every((outcome) => outcome === 'restored'));
      assert.ok(proxy.count - before <= count / 2, `${proxy.count - before} requests to restore them`);
    });
    const limited = keep(checkOut(first));
    const run = await through({ kind: 'status', status: 429, retryAfter: '3600' }, (env) => limited.tr(BUILD, { env }));
    assert.equal(run.exitCode, 0);
    assert.deepEqual(warningsOf(run), ['remote/unavailable']);
  });

  test('row 37: what tasks store is told by task, and equal contents are stored once', async () => {
    const workspace = sample({
      libBuild: 'mkdir -p dist && yes | head -c 400000 | tee dist/a.bin dist/b.bin > dist/c.bin',
    });
    await workspace.tr(BUILD);
    const status = await workspace.tr(['cache', 'status']);
    assert.match(status.stdout, /lib#build +1 +3\d\d(?:\.\d)? KiB/);
    assert.equal(blobFiles(workspace.root).length < 12, true);
  });

  test('row 40: a change makes another key, and nobody overwrites an entry', async () => {
    const first = sample({ libBuild: 'mkdir -p dist && date +%N > dist/out.txt' });
    await first.tr(BUILD, { env: server.client });
    const kept = first.read('packages/lib/dist/out.txt');
    const again = keep(checkOut(first));
    await again.tr([...BUILD, '--force'], { env: server.client });
    assert.notEqual(again.read('packages/lib/dist/out.txt'), kept);
    const reader = keep(checkOut(first));
    assert.deepEqual((await reader.tr(BUILD, { env: server.client })).outcomes, RESTORED);
    assert.equal(reader.read('packages/lib/dist/out.txt'), kept);
    reader.write({ 'packages/lib/src/a.txt': 'changed\n' });
    assert.deepEqual((await reader.tr(BUILD, { env: server.client })).outcomes, EXECUTED);
  });

  test('row 41: machines that each run a part fill one cache', async () => {
    const first = sample();
    first.write({
      'packages/other/package.json': {
        json: {
          name: 'other',
          version: '1.0.0',
          scripts: { build: `${invocation(first.root, 'other')} && mkdir -p dist && echo x > dist/x` },
        },
      },
    });
    first.commit();
    await first.tr([...BUILD, '--filter=lib', '--only'], { env: server.client });
    await keep(checkOut(first)).tr([...BUILD, '--filter=other', '--only'], { env: server.client });
    const all = await keep(checkOut(first)).tr(BUILD, { env: server.client });
    assert.deepEqual(all.outcomes, { 'lib#build': 'restored', 'other#build': 'restored', 'app#build': 'executed' });
  });

  test('row 50: nothing is read or written without a credential', async () => {
    const first = sample();
    await first.tr(BUILD, { env: server.client });
    const run = await keep(checkOut(first)).tr(BUILD, { env: { TR_REMOTE_URL: server.url } });
    assert.deepEqual([run.outcomes, warningsOf(run)], [EXECUTED, ['remote/refused']]);
  });

  test('row 51: CI writes, laptops read: a token that may not write goes on reading, and only CI is told', async () => {
    const readOnly = createToken('--scope', 'main', '--read-only');
    for (const libBuild of [undefined, random(600_000)]) {
      const first = sample(libBuild === undefined ? {} : { libBuild });
      first.write({ 'packages/lib/src/a.txt': `${libBuild}\n` });
      first.commit();
      const laptop = await first.tr(BUILD, { env: readOnly });
      assert.deepEqual([laptop.outcomes, warningsOf(laptop)], [EXECUTED, []], laptop.stdout);
      const ci = await keep(checkOut(first)).tr(BUILD, { env: { ...readOnly, CI: 'true' } });
      assert.deepEqual([ci.outcomes, warningsOf(ci)], [EXECUTED, ['remote/refused']], 'nothing was stored');
    }
    const shared = sample();
    await shared.tr([...BUILD, '--filter=lib'], { env: server.client });
    const reader = await keep(checkOut(shared)).tr(BUILD, { env: readOnly });
    assert.equal(reader.outcomes['lib#build'], 'restored');
  });

  test('row 52: a pull request stores for itself, reads main, and main never reads it', async () => {
    const [main, pr, other] = ['main', 'pr/7', 'pr/8'].map((scope) => createToken('--scope', scope));
    const first = sample({ libBuild: 'mkdir -p dist && date +%N > dist/out.txt' });
    await first.tr(BUILD, { env: pr ?? {} });
    const run = async (env: Readonly<Record<string, string>> | undefined) =>
      (await keep(checkOut(first)).tr([...BUILD, '--cache=local:rw,remote:r'], { env: env ?? {} })).outcomes;
    assert.deepEqual(await run(pr), RESTORED);
    assert.deepEqual(await run(other), EXECUTED);
    assert.deepEqual(await run(main), EXECUTED);
    const trusted = keep(checkOut(first));
    await trusted.tr(BUILD, { env: main ?? {} });
    assert.deepEqual(await run(other), RESTORED);
  });

  test('row 53: a CI job shows who it is with a token that it asks for itself', async () => {
    const { TR_TOKEN = '' } = createToken('--scope', 'pr/10');
    const seen: (string | undefined)[] = [];
    const issuer = createServer(({ url, headers }, outgoing) => {
      seen.push(`${url} ${headers.authorization}`);
      outgoing.end(JSON.stringify({ value: TR_TOKEN }));
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    try {
      const env = {
        TR_REMOTE_URL: server.url,
        TR_OIDC_AUDIENCE: 'tr-cache',
        ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/?v=2`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job',
      };
      const first = sample();
      const run = await first.tr(BUILD, { env });
      assert.deepEqual([run.outcomes, warningsOf(run)], [EXECUTED, []], run.stdout);
      assert.deepEqual((await keep(checkOut(first)).tr(BUILD, { env })).outcomes, RESTORED);
      assert.deepEqual(new Set(seen), new Set(['/?v=2&audience=tr-cache Bearer of-the-job']));
    } finally {
      issuer.close();
    }
    const gone = await sample().tr(BUILD, {
      env: {
        TR_REMOTE_URL: server.url,
        TR_OIDC_AUDIENCE: 'tr-cache',
        ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:1/',
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job',
      },
    });
    assert.deepEqual([gone.outcomes, warningsOf(gone)], [EXECUTED, ['remote/refused']]);
  });

  test('row 53: what the environment says about where it runs gives no rights', async () => {
    const pr = createToken('--scope', 'pr/9');
    const first = sample();
    first.write({ 'packages/lib/src/a.txt': 'row 53\n' });
    first.commit();
    const claims = {
      GITHUB_REF: 'refs/heads/main',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_ACTIONS: '',
      CI: 'true',
      TR_SCOPE: 'main',
    };
    await first.tr(BUILD, { env: { ...pr, ...claims } });
    const main = await keep(checkOut(first)).tr(BUILD, { env: server.client });
    assert.deepEqual(main.outcomes, EXECUTED);
  });
});
