import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorkspace, packageFolder, runClient, type Workspace } from '../rig/client.js';
import { startTestServer, type TestServer } from '../rig/server.js';

const BUILD = `node -e "fs=require('fs');fs.appendFileSync('ran.log','x');fs.mkdirSync('dist',{recursive:true});fs.writeFileSync('dist/out.txt','built')"`;

const folder = packageFolder('nx');
const PROGRAM = ['dist/bin/nx.js', 'bin/nx.js'].map((path) => join(folder, path)).find(existsSync) ?? '';

function nxWorkspace(): Workspace {
  const workspace = createWorkspace({
    'package.json': JSON.stringify({ name: 'root', private: true }),
    'nx.json': JSON.stringify({ neverConnectToCloud: true, analytics: false, plugins: [] }),
    'project.json': JSON.stringify({
      name: 'app',
      targets: {
        build: {
          cache: true,
          executor: 'nx:run-commands',
          inputs: ['{projectRoot}/src.txt'],
          outputs: ['{projectRoot}/dist'],
          options: { command: BUILD },
        },
      },
    }),
    'src.txt': 'source',
    '.gitignore': 'dist\n.nx\nran.log\nnode_modules\n',
    'node_modules/.keep': '',
  });
  symlinkSync(folder, join(workspace.path, 'node_modules/nx'));
  return workspace;
}

async function build(workspace: Workspace, env: Readonly<Record<string, string>>) {
  return await runClient(['node', PROGRAM, 'run', 'app:build'], {
    cwd: workspace.path,
    env: { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', CI: 'true', NX_TUI: 'false', NX_INTERACTIVE: 'false', ...env },
  });
}

function remote(server: TestServer, token: string): Readonly<Record<string, string>> {
  return { NX_SELF_HOSTED_REMOTE_CACHE_SERVER: server.url, NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token };
}

function wipe(workspace: Workspace): void {
  for (const path of ['.nx', 'dist']) workspace.remove(path);
}

function runs(workspace: Workspace): number {
  const log = join(workspace.path, 'ran.log');
  return existsSync(log) ? readFileSync(log, 'utf8').length : 0;
}

test('nx: a second machine gets what the first one built', async () => {
  await using server = await startTestServer();
  using workspace = nxWorkspace();
  const env = remote(server, server.token('main'));
  const first = await build(workspace, env);
  assert.equal(first.code, 0, first.output);
  assert.equal(runs(workspace), 1);
  wipe(workspace);
  const second = await build(workspace, env);
  assert.equal(second.code, 0, second.output);
  assert.equal(runs(workspace), 1, second.output);
  assert.equal(readFileSync(join(workspace.path, 'dist/out.txt'), 'utf8'), 'built');
  assert.ok(server.requests().some(({ protocol, outcome }) => protocol === 'nx' && outcome === 'hit'));

  wipe(workspace);
  const control = await build(workspace, {});
  assert.equal(control.code, 0, control.output);
  assert.equal(runs(workspace), 2, 'without the remote it is a miss');
});

test('nx: a read-only token reads and does not fail the run', async () => {
  await using server = await startTestServer();
  using workspace = nxWorkspace();
  const { code, output } = await build(workspace, remote(server, server.token('main', { readOnly: true })));
  assert.equal(code, 0, output);
  assert.ok(server.requests().some(({ method, status }) => method === 'PUT' && status === 403));
});
