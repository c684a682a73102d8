import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorkspace, runClient, type Workspace } from '../rig/client.js';
import { startTestServer, type TestServer } from '../rig/server.js';

const library = import.meta.resolve('@actions/cache');

async function runCache(
  workspace: Workspace,
  server: TestServer,
  call: { token: string; script: string },
): Promise<string> {
  workspace.add({ 'run.mjs': `import * as cache from ${JSON.stringify(library)};\n${call.script}\n` });
  const { code, output } = await runClient(['node', 'run.mjs'], {
    cwd: workspace.path,
    env: {
      ACTIONS_CACHE_SERVICE_V2: 'true',
      ACTIONS_RESULTS_URL: `${server.url}/`,
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

test('@actions/cache: what one job saves the next one restores, by key and by prefix', async () => {
  await using server = await startTestServer();
  using workspace = createWorkspace({ 'data/file.txt': 'content' });
  const token = server.token('main');
  assert.match(await runCache(workspace, server, { token, script: restore('deps-1') }), /restored undefined/);
  assert.match(await runCache(workspace, server, { token, script: save('deps-1') }), /saved \d+/);
  workspace.remove('data');
  assert.match(await runCache(workspace, server, { token, script: restore('deps-1') }), /restored deps-1/);
  assert.equal(readFileSync(join(workspace.path, 'data/file.txt'), 'utf8'), 'content');
  workspace.remove('data');
  assert.match(await runCache(workspace, server, { token, script: restore('deps-2', 'deps-') }), /restored deps-1/);
  assert.ok(workspace.has('data/file.txt'));
  assert.doesNotMatch(await runCache(workspace, server, { token, script: save('deps-1') }), /saved [1-9]/);
});

test('@actions/cache: a pull request restores what main saved, and saves for itself only', async () => {
  await using server = await startTestServer();
  using workspace = createWorkspace({ 'data/file.txt': 'of the pull request' });
  const [main, pull] = [server.token('main'), server.token('pr/7')];
  assert.match(await runCache(workspace, server, { token: pull, script: save('deps') }), /saved \d+/);
  assert.match(await runCache(workspace, server, { token: main, script: restore('deps') }), /restored undefined/);
  workspace.add({ 'data/file.txt': 'of main' });
  assert.match(await runCache(workspace, server, { token: main, script: save('only-main') }), /saved \d+/);
  workspace.remove('data');
  assert.match(await runCache(workspace, server, { token: pull, script: restore('only-main') }), /restored only-main/);
  assert.equal(readFileSync(join(workspace.path, 'data/file.txt'), 'utf8'), 'of main');
});
