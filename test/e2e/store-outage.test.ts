/**
 * Trouble between the cache server and its bucket, or between a run and a bucket: the run ends as it would have without a
 * remote, and the server's answers are those that its documentation names.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { checkOut } from '../rig/checkout.js';
import { wrongClock } from '../rig/clock.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { warningsOf } from '../rig/events.js';
import { FAULTS, startFaultProxy, type Fault, type FaultProxy } from '../rig/fault-proxy.js';
import { COPY_AND_LARGE_FILE, createSample, EXECUTED, RESTORED, RUN } from '../rig/samples.js';
import { startS3Server, type S3Server } from '../rig/s3-server.js';
import type { TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

const TIMES = { remoteCache: { timeout: 1, uploadTimeout: 3 } };
/** Far more than what a run may lose (15 s), far less than what a hanging one would take. */
const BUDGET_MS = 40_000;
const TWO_HOURS = 2 * 60 * 60 * 1000;

const OUTAGES: Readonly<Record<string, Fault>> = {
  ...FAULTS,
  'status 429': { kind: 'status', status: 429 },
  'status 503': { kind: 'status', status: 503, retryAfter: '1' },
  'status 503 that wants an hour': { kind: 'status', status: 503, retryAfter: '3600' },
};

describe('trouble of a bucket', () => {
  let s3: S3Server;
  let proxy: FaultProxy;
  let server: CacheServer;
  let source: TestWorkspace;
  let bucket: Readonly<Record<string, string>>;
  before(async () => {
    s3 = await startS3Server('ceph');
    proxy = await startFaultProxy(s3.url);
    server = await startCacheServer(['--store', s3.remote('server', proxy.url)], s3.credentials);
    bucket = { ...s3.credentials, TR_REMOTE_URL: s3.remote('direct', proxy.url) };
    source = createSample({ libBuild: COPY_AND_LARGE_FILE, config: TIMES });
    for (const env of [server.client, bucket])
      assert.deepEqual(warningsOf(await source.tr([...RUN, '--force'], { env })), []);
  });
  after(async () => {
    source.dispose();
    await server.close();
    await proxy.close();
    await s3.close();
  });
  afterEach(() => {
    proxy.fault = { kind: 'none' };
  });

  async function runAlone(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const workspace = keep(checkOut(source));
    const startedAt = performance.now();
    const run = await workspace.tr(RUN, { env });
    const took = performance.now() - startedAt;
    assert.ok(took < BUDGET_MS, `${Math.round(took)} ms`);
    assert.equal(run.exitCode, 0, run.stdout + run.stderr);
    assert.deepEqual(run.outcomes, EXECUTED);
    assert.equal(run.stderr, '');
    return warningsOf(run);
  }

  const status = async (path: string, method = 'GET'): Promise<number> => {
    const headers = { authorization: `Bearer ${server.client['TR_TOKEN']}` };
    const body = method === 'PUT' ? 'x'.repeat(100_000) : null;
    return (await fetch(`${server.url}${path}`, { method, headers, body })).status;
  };

  for (const [title, fault] of Object.entries(OUTAGES)) {
    test(`${title}: a run through the server`, async () => {
      // One of its own: the trouble of the test before is not what this one meets.
      const fresh = await startCacheServer(['--store', s3.remote('server', proxy.url)], s3.credentials);
      try {
        const before = proxy.count;
        proxy.fault = fault;
        assert.deepEqual(await runAlone(fresh.client), ['remote/unavailable']);
        assert.ok(proxy.count > before);
      } finally {
        await fresh.close();
      }
    });

    test(`${title}: a run on the bucket itself`, async () => {
      proxy.fault = fault;
      // The run reads the entries itself, and sees that they are whole answers with other bytes.
      const told = fault.kind === 'flip' ? 'remote/damaged' : 'remote/unavailable';
      assert.deepEqual(await runAlone(bucket), [told]);
    });
  }

  test('what the server answers meanwhile: 503, and to Nx, whose runs that would end, 404 and 403', async () => {
    for (const fault of [OUTAGES['status 503'], OUTAGES['answers that are cut'], { kind: 'reset-request' }] as const) {
      proxy.fault = fault ?? { kind: 'none' };
      assert.equal(await status('/v1/cache/1'), 404);
      assert.equal(await status('/v1/cache/1', 'PUT'), 403);
      assert.equal(await status('/v8/artifacts/0123456789abcdef'), 503);
      assert.equal(await status(`/ac/${'0'.repeat(64)}`), 503);
      assert.equal(await status(`/cas/${'1'.repeat(64)}`, 'PUT'), 503);
      assert.equal(await status(`/gradle/${'2'.repeat(32)}`), 503);
      assert.equal(await status('/readyz'), 503);
      assert.equal(await status('/healthz'), 200);
    }
  });

  test('when it is over, the server goes on by itself', async () => {
    const giveUpAt = Date.now() + 30_000;
    while ((await status('/readyz')) !== 200) {
      assert.ok(Date.now() < giveUpAt, 'not ready again');
      await new Promise((resolve) => void setTimeout(resolve, 200));
    }
    for (const env of [server.client, bucket]) {
      const workspace = keep(checkOut(source));
      const run = await workspace.tr(RUN, { env });
      assert.deepEqual(run.outcomes, RESTORED, run.stdout);
      assert.deepEqual(warningsOf(run), []);
    }
  });

  test('a clock that is off by hours: S3 says what time it is, and all goes on', async () => {
    const clock = wrongClock(TWO_HOURS);
    const late = await startCacheServer(['--store', s3.remote('server', proxy.url)], { ...s3.credentials, ...clock });
    try {
      for (const env of [late.client, { ...bucket, ...clock }]) {
        const workspace = keep(checkOut(source));
        const run = await workspace.tr(RUN, { env });
        assert.deepEqual(run.outcomes, RESTORED, run.stdout);
        assert.deepEqual(warningsOf(run), []);
      }
    } finally {
      await late.close();
    }
  });

  test('a clock that is off, and nobody who says so: a warning, and a server that does not start', async () => {
    const clock = wrongClock(TWO_HOURS);
    proxy.fault = { kind: 'clock', aheadMs: TWO_HOURS };
    assert.deepEqual(await runAlone({ ...bucket, ...clock }), ['remote/refused']);
    const store = s3.remote('server', proxy.url);
    await assert.rejects(startCacheServer(['--store', store], { ...s3.credentials, ...clock }), /RequestTimeTooSkewed/);
  });

  test('a bucket that is not there: the server does not start, and says why', async () => {
    const gone = await startFaultProxy(s3.url);
    await gone.close();
    await assert.rejects(startCacheServer(['--store', s3.remote('server', gone.url)], s3.credentials), /ECONNREFUSED/);
    assert.deepEqual(await runAlone({ ...bucket, TR_REMOTE_URL: s3.remote('direct', gone.url) }), [
      'remote/unavailable',
    ]);
  });
});
