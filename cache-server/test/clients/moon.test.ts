import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorkspace, runClient, type Workspace } from '../rig/client.js';
import { startTestServer, type TestServer } from '../rig/server.js';

function moonWorkspace(remote: string): Workspace {
  return createWorkspace({
    '.moon/workspace.yml': `projects:\n  app: app\ntelemetry: false\nvcs:\n  client: git\n  defaultBranch: main\n${remote}`,
    'app/moon.yml': `language: unknown\ntasks:\n  build:\n    command: "sh build.sh"\n    inputs: ["src.txt", "build.sh"]\n    outputs: ["dist"]\n`,
    'app/build.sh': 'mkdir -p dist && echo built > dist/out.txt && : > dist/empty.txt && echo x >> ../ran.log\n',
    'app/src.txt': 'source\n',
    '.gitignore': 'dist\n.moon/cache\nran.log\nhome\n',
  });
}

async function commit(workspace: Workspace): Promise<void> {
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '.'],
    ['-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 'x'],
  ])
    await runClient(['git', ...args], { cwd: workspace.path });
}

function wipe(workspace: Workspace): void {
  for (const path of ['.moon/cache', 'app/dist', 'home']) workspace.remove(path);
}

async function build(workspace: Workspace, token: string): Promise<string> {
  const { code, output } = await runClient(['moon', 'run', 'app:build'], {
    cwd: workspace.path,
    env: {
      CACHE_TOKEN: token,
      MOON_TOOLCHAIN_FORCE_GLOBALS: 'true',
      PROTO_OFFLINE: '1',
      HOME: `${workspace.path}/home`,
    },
  });
  assert.equal(code, 0, output);
  return output;
}

function runs(workspace: Workspace): number {
  return readFileSync(join(workspace.path, 'ran.log'), 'utf8').split('\n').length - 1;
}

function remoteConfig(server: TestServer, api: 'http' | 'grpc', compression = 'none'): string {
  return `remote:\n  api: ${api}\n  host: '${api}://127.0.0.1:${server.port}'\n  auth:\n    token: CACHE_TOKEN\n  cache:\n    compression: ${compression}\n`;
}

const VARIANTS = [
  { api: 'http', compression: 'none' },
  { api: 'http', compression: 'zstd' },
  { api: 'grpc', compression: 'none' },
  { api: 'grpc', compression: 'zstd' },
] as const;

for (const api of ['http', 'grpc'] as const) {
  test(`moon over ${api}: a read-only token gets what another one stored`, async () => {
    await using server = await startTestServer();
    using workspace = moonWorkspace(remoteConfig(server, api));
    await commit(workspace);
    await build(workspace, server.token('main'));
    wipe(workspace);
    await build(workspace, server.token('main', { readOnly: true }));
    assert.equal(runs(workspace), 1, server.lines.join('\n'));
    assert.equal(readFileSync(join(workspace.path, 'app/dist/out.txt'), 'utf8'), 'built\n');
  });
}

for (const { api, compression } of VARIANTS) {
  test(`moon over ${api}, compression ${compression}: a second machine gets what the first one built`, async () => {
    await using server = await startTestServer();
    using workspace = moonWorkspace(remoteConfig(server, api, compression));
    await commit(workspace);
    const token = server.token('main');
    await build(workspace, token);
    assert.equal(runs(workspace), 1);
    wipe(workspace);
    const output = await build(workspace, token);
    assert.equal(runs(workspace), 1, `${output}\n${server.lines.join('\n')}`);
    assert.equal(readFileSync(join(workspace.path, 'app/dist/out.txt'), 'utf8'), 'built\n');
    assert.equal(readFileSync(join(workspace.path, 'app/dist/empty.txt'), 'utf8'), '');

    wipe(workspace);
    await build(workspace, 'wrong');
    assert.equal(runs(workspace), 2, 'without the remote it is a miss');
  });
}
