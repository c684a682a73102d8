/** `tr run --dry` and `tr why` ask the remote: in one request, taking nothing and storing nothing. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { checkOut } from '../rig/checkout.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { startFaultProxy } from '../rig/fault-proxy.js';
import { waitUntil } from '../rig/processes.js';
import { createSample } from '../rig/samples.js';
import type { TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

function checkout(of: TestWorkspace): TestWorkspace {
  return keep(checkOut(of));
}

interface DryTask {
  readonly taskId: string;
  readonly cache: Readonly<Record<string, unknown>>;
}

function cachesOf(stdout: string): Record<string, Readonly<Record<string, unknown>>> {
  const { tasks } = JSON.parse(stdout) as { readonly tasks: readonly DryTask[] };
  return Object.fromEntries(tasks.map(({ taskId, cache }) => [taskId, cache]));
}

const DRY = ['run', 'build', '--dry=json'] as const;
const MISS = { local: false, remote: false, status: 'MISS', timeSaved: 0 };

describe('asking the remote', () => {
  let server: CacheServer;
  let source: TestWorkspace;
  before(async () => {
    server = await startCacheServer();
    source = createSample();
    await source.tr(['run', 'build'], { env: server.client });
  });
  after(async () => {
    source.dispose();
    await server.close();
  });

  test('a dry run says what is there, in the shape of Turborepo and with one request', async () => {
    const before = server.requests().length;
    const workspace = checkout(source);
    const dry = await workspace.tr(DRY, { env: server.client });
    assert.equal(dry.exitCode, 0, dry.stderr);
    const caches = cachesOf(dry.stdout);
    for (const task of ['lib#build', 'app#build']) {
      const { timeSaved, ...rest } = caches[task] ?? {};
      assert.deepEqual(rest, { local: false, remote: true, status: 'HIT', source: 'REMOTE' });
      assert.equal(typeof timeSaved, 'number');
    }
    await waitUntil('the log of the server', () => server.requests().length > before);
    assert.equal(server.requests().length - before, 1);
    assert.ok(!workspace.exists('.tr/cache/v1/actions'), 'nothing is brought home');
    assert.match(
      (await workspace.tr(['run', 'build', '--dry'], { env: server.client })).stdout,
      /Cached \(Remote\)\s+= true/,
    );
  });

  test('nothing is asked without a remote, with `--force` and with a policy that does not read it', async () => {
    const before = server.requests().length;
    const workspace = checkout(source);
    assert.deepEqual(cachesOf((await workspace.tr(DRY)).stdout)['lib#build'], MISS);
    for (const flag of ['--force', '--cache=local:rw', '--cache=remote:w']) {
      const dry = await workspace.tr([...DRY, flag], { env: server.client });
      assert.deepEqual(cachesOf(dry.stdout)['lib#build'], MISS, flag);
    }
    assert.equal(server.requests().length, before);
  });

  test('why knows a remote hit, and what differs from what is stored here', async () => {
    const workspace = checkout(source);
    const hit = await workspace.tr(['why', 'app#build'], { env: server.client });
    assert.equal(hit.exitCode, 0);
    assert.match(hit.stdout, /hit in the remote cache/);
    assert.match((await workspace.tr(['why', 'app#build'])).stdout, /miss/);
  });

  test('trouble is one warning, and the answer that of a machine alone', async () => {
    for (const fault of [{ kind: 'hang' }, { kind: 'status', status: 503 }, { kind: 'reset' }] as const) {
      const proxy = await startFaultProxy(server.url, fault);
      try {
        const workspace = keep(createSample({ config: { remoteCache: { timeout: 2 } } }));
        const env = { ...server.client, TR_REMOTE_URL: proxy.url };
        const dry = await workspace.tr(DRY, { env });
        assert.equal(dry.exitCode, 0);
        assert.deepEqual(cachesOf(dry.stdout)['lib#build'], MISS);
        assert.equal(dry.stderr.match(/remote\/unavailable/g)?.length, 1, dry.stderr);
        const why = await workspace.tr(['why', 'lib#build'], { env });
        assert.equal(why.exitCode, 0);
        assert.equal(why.stderr.match(/remote\/unavailable/g)?.length, 1, why.stderr);
      } finally {
        await proxy.close();
      }
    }
  });
});
