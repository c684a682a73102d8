import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EntryStore } from '@tr/store';
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

test('nx: no trouble behind the server ends a run: a store that fails, one that is full, an issuer that is down', async () => {
  const failing: EntryStore = {
    get: async () => ({ ok: false, failure: { code: 'store/io', path: '/x', detail: 'EIO' } }),
    put: async () => ({ ok: false, failure: { code: 'store/no-space', path: '/x' } }),
    delete: async () => ({ ok: true, value: undefined }),
    evict: async () => ({ ok: true, value: false }),
    list: async () => ({ ok: true, value: [] }),
    scan: async () => ({ ok: true, value: undefined }),
  };
  const none = async () => ({ ok: true as const, value: undefined });
  const issuer = {
    issuer: 'http://127.0.0.1:1',
    audience: 'our-cache',
    tenant: 'default',
    jwksUrl: undefined,
    rules: [{ claims: { ref: 'refs/heads/main' }, scope: 'main' }],
  };
  const payload = { iss: issuer.issuer, aud: issuer.audience, sub: 'x', exp: 4_000_000_000 };
  const jwt = [{ alg: 'RS256' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const variants = [
    { name: 'fails', options: { entries: failing } },
    { name: 'full', options: { entries: { ...failing, get: none } } },
    { name: 'issuer', options: { issuers: [issuer] }, token: `${jwt.join('.')}.c2lnbmF0dXJl` },
  ];
  for (const { name, options, token } of variants) {
    await using server = await startTestServer(options);
    using workspace = nxWorkspace();
    const { code, output } = await build(workspace, remote(server, token ?? server.token('main')));
    assert.equal(code, 0, `${name}: ${output}`);
    assert.equal(runs(workspace), 1, name);
    const seen = server.requests().map(({ method, status }) => `${method} ${status}`);
    assert.deepEqual(seen, ['GET 404', 'PUT 403'], name);
  }
});

test('nx: a token that expires or is revoked does not end a run that has begun', async () => {
  const now = Date.now();
  for (const [end, told] of [
    ['expired', 'has expired'],
    ['revoked', 'was revoked'],
  ] as const) {
    await using server = await startTestServer({ now: () => now });
    using workspace = nxWorkspace();
    const token = server.token('main', end === 'expired' ? { expiresAt: now - 60_000 } : {});
    if (end === 'revoked') server.revoke(token);
    const { code, output } = await build(workspace, remote(server, token));
    assert.equal(code, 0, output);
    assert.equal(runs(workspace), 1, output);
    const seen = server.requests().map(({ method, status }) => `${method} ${status}`);
    assert.deepEqual(seen, ['GET 404', 'PUT 403']);
    assert.ok(server.lines.some((line) => line.includes(told)));
  }
});

test('nx: a wrong token, and one that expired days ago, are told, and end the run', async () => {
  await using server = await startTestServer();
  using workspace = nxWorkspace();
  for (const token of ['wrong', server.token('main', { expiresAt: Date.now() - 2 * 86_400_000 })]) {
    const { code, output } = await build(workspace, remote(server, token));
    assert.notEqual(code, 0);
    assert.match(output, /invalid authentication token/);
  }
});
