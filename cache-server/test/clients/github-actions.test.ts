import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorkspace, runClient, type Workspace } from '../rig/client.js';
import { startTestServer, type TestServer } from '../rig/server.js';

/** The client that speaks a version of the service, and the variables that make it do so. */
const SERVICES = {
  v1: { library: 'actions-cache-v1', env: (url: string) => ({ ACTIONS_CACHE_URL: `${url}/` }) },
  v2: {
    library: '@actions/cache',
    env: (url: string) => ({ ACTIONS_CACHE_SERVICE_V2: 'true', ACTIONS_RESULTS_URL: `${url}/` }),
  },
} as const;
type ServiceVersion = keyof typeof SERVICES;

async function runCache(
  workspace: Workspace,
  server: TestServer,
  call: { token: string; script: string; version: ServiceVersion },
): Promise<string> {
  const { library, env } = SERVICES[call.version];
  workspace.add({
    'run.mjs': `import * as cache from ${JSON.stringify(import.meta.resolve(library))};\n${call.script}\n`,
  });
  const { code, output } = await runClient(['node', 'run.mjs'], {
    cwd: workspace.path,
    env: {
      ...env(server.url),
      ACTIONS_RUNTIME_TOKEN: call.token,
      GITHUB_WORKSPACE: workspace.path,
      RUNNER_TEMP: workspace.path,
    },
  });
  assert.equal(code, 0, output);
  return output;
}

const save = (key: string): string => `console.log('saved', await cache.saveCache(['data'], ${JSON.stringify(key)}))`;
const restore = (key: string, ...more: string[]): string =>
  `console.log('restored', await cache.restoreCache(['data'], ${JSON.stringify(key)}, ${JSON.stringify(more)}))`;

for (const version of ['v1', 'v2'] as const) {
  test(`@actions/cache, ${version}: what one job saves the next one restores, by key and by prefix`, async () => {
    await using server = await startTestServer();
    using workspace = createWorkspace({ 'data/file.txt': 'content' });
    const token = server.token('main');
    assert.match(
      await runCache(workspace, server, { version, token, script: restore('deps-1') }),
      /restored undefined/,
    );
    assert.match(await runCache(workspace, server, { version, token, script: save('deps-1') }), /saved \d+/);
    workspace.remove('data');
    assert.match(await runCache(workspace, server, { version, token, script: restore('deps-1') }), /restored deps-1/);
    assert.equal(readFileSync(join(workspace.path, 'data/file.txt'), 'utf8'), 'content');
    workspace.remove('data');
    assert.match(
      await runCache(workspace, server, { version, token, script: restore('deps-2', 'deps-') }),
      /restored deps-1/,
    );
    assert.ok(workspace.has('data/file.txt'));
    assert.doesNotMatch(await runCache(workspace, server, { version, token, script: save('deps-1') }), /saved [1-9]/);
  });

  test(`@actions/cache, ${version}: a pull request restores what main saved, and saves for itself only`, async () => {
    await using server = await startTestServer();
    using workspace = createWorkspace({ 'data/file.txt': 'of the pull request' });
    const [main, pull] = [server.token('main'), server.token('pr/7')];
    assert.match(await runCache(workspace, server, { version, token: pull, script: save('deps') }), /saved \d+/);
    assert.match(
      await runCache(workspace, server, { version, token: main, script: restore('deps') }),
      /restored undefined/,
    );
    workspace.add({ 'data/file.txt': 'of main' });
    assert.match(await runCache(workspace, server, { version, token: main, script: save('only-main') }), /saved \d+/);
    workspace.remove('data');
    assert.match(
      await runCache(workspace, server, { version, token: pull, script: restore('only-main') }),
      /restored only-main/,
    );
    assert.equal(readFileSync(join(workspace.path, 'data/file.txt'), 'utf8'), 'of main');
  });
}

test('@actions/cache: what version 1 saves, version 2 restores', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  // Its own number for a version of the client depends on how it packs; the service sees the same one.
  const name = { key: 'deps', version: 'v' };
  const api = `${server.url}/_apis/artifactcache`;
  const headers = { authorization: `Bearer ${token}` };
  const { cacheId } = (await (
    await fetch(`${api}/caches`, { method: 'POST', headers, body: JSON.stringify(name) })
  ).json()) as { cacheId: number };
  const pieces = ['aaaa', 'bbbb', 'cc'];
  for (const at of [2, 0, 1]) {
    const piece = pieces[at] ?? '';
    const range = `bytes ${at * 4}-${at * 4 + piece.length - 1}/*`;
    const sent = await fetch(`${api}/caches/${cacheId}`, {
      method: 'PATCH',
      headers: { ...headers, 'content-range': range },
      // A stream: sent in chunks, without a length, as the client does.
      body: new Blob([piece]).stream(),
      duplex: 'half',
    });
    assert.equal(sent.status, 204);
    if (at === 0) {
      const early = await fetch(`${api}/caches/${cacheId}`, { method: 'POST', headers, body: '{"size":6}' });
      assert.equal(early.status, 400, 'a hole');
    }
  }
  const commit = async (): Promise<number> =>
    (await fetch(`${api}/caches/${cacheId}`, { method: 'POST', headers, body: '{"size":10}' })).status;
  const stranger = { authorization: `Bearer ${server.token('pr/7')}` };
  const foreign = await fetch(`${api}/caches/${cacheId}`, { method: 'POST', headers: stranger, body: '{"size":10}' });
  assert.equal(foreign.status, 404, 'a number belongs to the scope that reserved it');
  assert.equal(await commit(), 204);
  assert.equal(await commit(), 204, 'again, by a client that did not get the answer');
  const service = `${server.url}/twirp/github.actions.results.api.v1.CacheService/GetCacheEntryDownloadURL`;
  const found = await fetch(service, { method: 'POST', headers, body: JSON.stringify(name) });
  const { signed_download_url: url } = (await found.json()) as { signed_download_url: string };
  assert.equal(await (await fetch(url)).text(), 'aaaabbbbcc');
});
