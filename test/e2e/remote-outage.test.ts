/** Whatever goes wrong with the remote, a run ends as it would have without one: same outcomes, same exit code, one warning. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { checkOut } from '../rig/checkout.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { missReasons, warningsOf } from '../rig/events.js';
import type { TrResult } from '../rig/exec-tr.js';
import { FAULTS, startFaultProxy, type Fault } from '../rig/fault-proxy.js';
import { COPY_AND_LARGE_FILE, createSample, EXECUTED, RUN } from '../rig/samples.js';
import type { TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

/** Far more than what a run may lose (15 s), far less than what a hanging one would take. */
const BUDGET_MS = 40_000;

function sample(libBuild: string): TestWorkspace {
  return keep(createSample({ libBuild, config: { remoteCache: { timeout: 2, uploadTimeout: 5 } } }));
}

function checkout(of: TestWorkspace): TestWorkspace {
  return keep(checkOut(of));
}

const OUTAGES: Readonly<Record<string, Fault>> = {
  ...FAULTS,
  'status 429': { kind: 'status', status: 429, retryAfter: '1' },
  'status 429 that wants an hour': { kind: 'status', status: 429, retryAfter: '3600' },
  'status 503': { kind: 'status', status: 503 },
  'answers that never end': { kind: 'endless' },
};

describe('remote trouble', () => {
  let server: CacheServer;
  let source: TestWorkspace;
  before(async () => {
    server = await startCacheServer();
    source = createSample({ libBuild: COPY_AND_LARGE_FILE, config: { remoteCache: { timeout: 2, uploadTimeout: 5 } } });
    await source.tr(RUN, { env: server.client });
  });
  after(async () => {
    source.dispose();
    await server.close();
  });

  async function runWithin(workspace: TestWorkspace, env: Readonly<Record<string, string>>): Promise<TrResult> {
    const startedAt = performance.now();
    const run = await workspace.tr(RUN, { env });
    const took = performance.now() - startedAt;
    assert.ok(took < BUDGET_MS, `${Math.round(took)} ms`);
    return run;
  }

  function assertAlone(run: TrResult): void {
    assert.equal(run.exitCode, 0, run.stdout + run.stderr);
    assert.deepEqual(run.outcomes, EXECUTED);
    // A wrong bit may hit what carries a result, or the result.
    const [warning, ...more] = warningsOf(run);
    assert.ok(warning === 'remote/unavailable' || warning === 'remote/damaged', run.stdout);
    assert.deepEqual(more, []);
  }

  for (const [title, fault] of Object.entries(OUTAGES)) {
    test(`${title}: while results are looked up and sent`, async () => {
      const proxy = await startFaultProxy(server.url, fault);
      try {
        assertAlone(await runWithin(checkout(source), { ...server.client, TR_REMOTE_URL: proxy.url }));
      } finally {
        await proxy.close();
      }
    });
  }

  test('a server that is not there', async () => {
    const proxy = await startFaultProxy(server.url);
    await proxy.close();
    assertAlone(await runWithin(checkout(source), { ...server.client, TR_REMOTE_URL: proxy.url }));
  });

  test('a task that fails does so with its exit code', async () => {
    const proxy = await startFaultProxy(server.url, { kind: 'reset' });
    try {
      const run = await runWithin(sample('exit 3'), { ...server.client, TR_REMOTE_URL: proxy.url });
      const alone = await sample('exit 3').tr(RUN);
      assert.equal(run.exitCode, alone.exitCode);
      assert.equal(run.outcomes['lib#build'], alone.outcomes['lib#build']);
    } finally {
      await proxy.close();
    }
  });

  test('trouble that passes is not noticed', async () => {
    const proxy = await startFaultProxy(server.url, { kind: 'status', status: 503 });
    try {
      const running = runWithin(checkout(source), { ...server.client, TR_REMOTE_URL: proxy.url });
      while (proxy.count === 0) await new Promise((resolve) => void setTimeout(resolve, 5));
      proxy.fault = { kind: 'none' };
      const run = await running;
      assert.deepEqual(run.outcomes, { 'lib#build': 'restored', 'app#build': 'restored' }, run.stdout);
      assert.deepEqual(warningsOf(run), []);
    } finally {
      await proxy.close();
    }
  });

  test('uploads that take too long are left, and that is said', async () => {
    const proxy = await startFaultProxy(server.url, { kind: 'hang', paths: /chunks|entries/ });
    try {
      const workspace = keep(
        createSample({ libBuild: COPY_AND_LARGE_FILE, config: { remoteCache: { timeout: 20, uploadTimeout: 1 } } }),
      );
      const run = await runWithin(workspace, { ...server.client, TR_REMOTE_URL: proxy.url });
      assert.equal(run.exitCode, 0);
      assert.deepEqual(run.outcomes, EXECUTED);
      assert.deepEqual(warningsOf(run), ['remote/uploads-left']);
    } finally {
      await proxy.close();
    }
  });

  test('a server that asks for a token says so to who has none', async () => {
    const run = await checkout(source).tr(['run', 'build'], { env: { TR_REMOTE_URL: server.client['TR_REMOTE_URL'] } });
    assert.equal(run.exitCode, 0);
    assert.match(
      run.stdout + run.stderr,
      /does not accept us: it asks for a token, and there is none\. .*`TR_TOKEN`.*id-token: write/s,
    );
  });

  test('a token that no header can have is refused, not a crash; one with a line feed behind it is good', async () => {
    for (const token of ['two\nlines', 'tökén', 'a b', '\u0001']) {
      const run = await runWithin(checkout(source), { ...server.client, TR_TOKEN: token });
      assert.deepEqual([run.exitCode, run.outcomes], [0, EXECUTED], run.stderr);
      assert.deepEqual(warningsOf(run), ['remote/refused']);
    }
    const run = await runWithin(checkout(source), { ...server.client, TR_TOKEN: `${server.client['TR_TOKEN']}\n` });
    assert.deepEqual(run.outcomes, { 'lib#build': 'restored', 'app#build': 'restored' }, run.stdout);
  });

  test('an error of ours in the middle of an answer costs the hit, not the run', async () => {
    const proxy = await startFaultProxy(server.url, { kind: 'status', status: 503, retryAfter: 'boom' });
    const directory = mkdtempSync(join(tmpdir(), 'tr-boom-'));
    const file = join(directory, 'boom.cjs');
    writeFileSync(
      file,
      `const parse = Date.parse;
       Date.parse = (text) => { if (text === 'boom') throw new TypeError('boom'); return parse(text); };`,
    );
    try {
      const env = { ...server.client, TR_REMOTE_URL: proxy.url, NODE_OPTIONS: `--require=${file}` };
      const run = await runWithin(checkout(source), env);
      assert.deepEqual([run.exitCode, run.outcomes], [0, EXECUTED], run.stderr);
      assert.deepEqual(warningsOf(run), ['remote/unexpected']);
      assert.equal(missReasons(run, 'lib#build')[0]?.['reason'], 'remote-unavailable');
    } finally {
      await proxy.close();
      rmSync(directory, { recursive: true });
    }
  });

  test('a server that is killed while it is used', async () => {
    const doomed = await startCacheServer();
    const workspace = sample(COPY_AND_LARGE_FILE);
    await doomed.kill();
    assertAlone(await runWithin(workspace, doomed.client));
    await doomed.close();
  });
});
