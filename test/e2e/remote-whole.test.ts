/** Many small results from the cache server: few requests, kept as they came, and `kill -9` at random moments of it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startBalancer, type Balancer } from '../rig/balancer.js';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { checkOut } from '../rig/checkout.js';
import { createRoot, createWorkspace, invocation, type TestWorkspace, type Tree } from '../rig/workspace.js';

const PACKAGES = 24;
const KILLS = 24;
const RUN = ['run', 'build'] as const;

/** Each package depends on the one before, so keys become known one after the other where nobody looks ahead. */
function createChain(): TestWorkspace {
  const root = createRoot();
  const packages: Record<string, Tree[string]> = {};
  for (let at = 0; at < PACKAGES; at++) {
    const build = `${invocation(root, 'build')} && mkdir -p dist/deep && cat src.txt | tee dist/a dist/deep/b && touch dist/empty`;
    const dependencies = at === 0 ? {} : { [`p${at - 1}`]: '*' };
    packages[`packages/p${at}/package.json`] = {
      json: { name: `p${at}`, version: '1.0.0', scripts: { build }, dependencies },
    };
    packages[`packages/p${at}/src.txt`] = `source of ${at}\n`;
  }
  const tasks = { build: { dependsOn: ['^build'], inputs: ['src.txt'], outputs: ['dist/**'] } };
  const workspaces = { name: 'chain', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] };
  return createWorkspace(
    {
      'package.json': { json: workspaces },
      'turbo-like.config.json': { json: { tasks } },
      '.gitignore': 'dist\n.tr\n',
      ...packages,
    },
    { root },
  );
}

function assertOutputs(workspace: TestWorkspace, round: string): void {
  for (let at = 0; at < PACKAGES; at++) {
    const text = workspace.read(`packages/p${at}/src.txt`);
    const found = ['a', 'deep/b', 'empty'].map((name) => workspace.read(`packages/p${at}/dist/${name}`));
    assert.deepEqual(found, [text, text, ''], `${round}, p${at}`);
  }
}

describe('many small results of another machine', () => {
  let first: TestWorkspace;
  let second: TestWorkspace;
  let server: CacheServer;
  let counter: Balancer;
  let environment: Readonly<Record<string, string>>;
  before(async () => {
    server = await startCacheServer();
    counter = await startBalancer([server.url]);
    environment = { ...server.client, TR_REMOTE_URL: counter.url };
    first = createChain();
    const filled = await first.tr(RUN, { env: server.client });
    assert.equal(filled.exitCode, 0, filled.stdout + filled.stderr);
    second = checkOut(first);
  });
  after(async () => {
    await counter.close();
    await server.close();
    first.dispose();
    second.dispose();
  });

  test('take few requests, however deep the graph is', async () => {
    const run = await second.tr(RUN, { env: environment });
    assert.match(run.stdout, new RegExp(`${PACKAGES} restored`));
    assertOutputs(second, 'from the server');
    assert.ok((counter.counts[0] ?? 0) <= 6, `${counter.counts[0]} requests`);
    assert.equal(readdirSync(join(second.root, '.tr/cache/v1/arrivals')).length, 1);
  });

  test('are on this machine from then on', async () => {
    const status = await second.tr(['cache', 'status']);
    assert.match(status.stdout, new RegExp(`Entries +${PACKAGES}\n`), status.stdout);
    assert.deepEqual(readdirSync(join(second.root, '.tr/cache/v1/arrivals')), []);
    for (let at = 0; at < PACKAGES; at++) second.remove(`packages/p${at}/dist`);
    const run = await second.tr(RUN);
    assert.match(run.stdout, new RegExp(`${PACKAGES} restored`));
    assertOutputs(second, 'from this machine');
    assert.equal((await second.tr(['cache', 'verify'])).exitCode, 0);
  });

  test('of which one has to be made anew are restored for the others', async () => {
    const at = PACKAGES >> 1;
    second.remove('.tr');
    for (let each = 0; each < PACKAGES; each++) second.remove(`packages/p${each}/dist`);
    second.write({ [`packages/p${at}/src.txt`]: 'edited\n' });
    const run = await second.tr(RUN, { env: { ...environment, TR_TOKEN: environment['TR_TOKEN'] ?? '' } });
    assert.match(run.stdout, new RegExp(`${at} restored`));
    assert.match(run.stdout, new RegExp(`${PACKAGES - at} executed`));
    assertOutputs(second, 'with an edit');
    second.write({ [`packages/p${at}/src.txt`]: `source of ${at}\n` });
  });

  test(`are right after ${KILLS} kills`, async (t) => {
    const seed = Date.now() & 0xffff;
    t.diagnostic(`seed ${seed}`);
    const digest = (of: string): number =>
      createHash('sha256').update(`${seed} ${of}`).digest().readUInt16BE() / 65_536;
    let wall = 500;
    for (let kill = 0; kill < KILLS; kill++) {
      if (digest(`cache ${kill}`) < 0.5) second.remove('.tr/cache');
      if (digest(`state ${kill}`) < 0.3) second.remove('.tr/state');
      for (let at = 0; at < PACKAGES; at++)
        if (digest(`dist ${at} ${kill}`) < 0.7) second.remove(`packages/p${at}/dist`);
      const delay = digest(`delay ${kill}`) * wall;
      await second.tr(RUN, { env: environment, onStart: (child) => setTimeout(() => child.kill('SIGKILL'), delay) });
      if (kill % 3 !== 2) continue;
      const started = Date.now();
      const run = await second.tr(RUN, { env: kill % 2 === 0 ? environment : {} });
      wall = Math.max(150, Date.now() - started);
      assert.equal(run.exitCode, 0, run.stdout + run.stderr);
      assertOutputs(second, `after kill ${kill}, seed ${seed}`);
    }
    const verify = await second.tr(['cache', 'verify']);
    assert.equal(verify.exitCode, 0, verify.stdout);
  });
});
