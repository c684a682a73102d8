import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorkspace, hasProgram, runClient, type Workspace } from '../rig/client.js';
import { startTestServer } from '../rig/server.js';

const skip = hasProgram('ccache') && hasProgram('gcc') ? false : 'ccache or gcc is not installed';

async function compile(workspace: Workspace, storage: string | undefined): Promise<void> {
  const env: Record<string, string> = { CCACHE_DIR: `${workspace.path}/cache`, CCACHE_NOHASHDIR: '1' };
  if (storage !== undefined) env['CCACHE_REMOTE_STORAGE'] = storage;
  const { code, output } = await runClient(['ccache', 'gcc', '-c', 'a.c', '-o', 'a.o'], { cwd: workspace.path, env });
  assert.equal(code, 0, output);
}

async function stat(workspace: Workspace, name: string): Promise<number> {
  const { output } = await runClient(['ccache', '--print-stats'], {
    cwd: workspace.path,
    env: { CCACHE_DIR: `${workspace.path}/cache` },
  });
  return Number(new RegExp(`^${name}\\t(\\d+)$`, 'm').exec(output)?.[1] ?? 0);
}

for (const layout of ['subdirs', 'flat', 'bazel']) {
  test(`ccache, layout ${layout}: a second machine gets what the first one compiled`, { skip }, async () => {
    await using server = await startTestServer();
    using workspace = createWorkspace({ 'a.c': 'int answer(void) { return 42; }\n' });
    const token = server.token('main');
    const storage = `${server.url}/ccache|layout=${layout}|bearer-token=${token}|connect-timeout=5000|operation-timeout=20000`;
    await compile(workspace, storage);
    assert.equal(await stat(workspace, 'remote_storage_hit'), 0);
    workspace.remove('cache');
    workspace.remove('a.o');
    await compile(workspace, storage);
    assert.equal(await stat(workspace, 'remote_storage_hit'), 1);
    assert.equal(await stat(workspace, 'remote_storage_error'), 0);
    assert.ok(workspace.has('a.o'));
    assert.ok(server.requests().some(({ protocol, outcome }) => protocol === 'ccache' && outcome === 'hit'));

    workspace.remove('cache');
    await compile(workspace, undefined);
    assert.equal(await stat(workspace, 'cache_miss'), 1, 'without the remote it is a miss');
  });
}

test('ccache: a password in the URL is a token', { skip }, async () => {
  await using server = await startTestServer();
  using workspace = createWorkspace({ 'a.c': 'int answer(void) { return 43; }\n' });
  const storage = `http://any:${server.token('main')}@127.0.0.1:${server.port}/ccache|connect-timeout=5000|operation-timeout=20000`;
  await compile(workspace, storage);
  workspace.remove('cache');
  await compile(workspace, storage);
  assert.equal(await stat(workspace, 'remote_storage_hit'), 1);
});

test('ccache: its bazel layout also works at the root, beside bazel', { skip }, async () => {
  await using server = await startTestServer();
  using workspace = createWorkspace({ 'a.c': 'int answer(void) { return 44; }\n' });
  const storage = `${server.url}|layout=bazel|bearer-token=${server.token('main')}|connect-timeout=5000|operation-timeout=20000`;
  await compile(workspace, storage);
  workspace.remove('cache');
  await compile(workspace, storage);
  assert.equal(await stat(workspace, 'remote_storage_hit'), 1);
});
