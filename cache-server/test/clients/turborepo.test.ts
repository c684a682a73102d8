import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorkspace, packageFolder, runClient, type Workspace } from '../rig/client.js';
import { startTestServer, type TestServer } from '../rig/server.js';

const BUILD = `node -e "fs=require('fs');fs.appendFileSync('../../ran.log','x');fs.mkdirSync('dist',{recursive:true});fs.writeFileSync('dist/out.txt','built')"`;

const { version } = createRequire(import.meta.url)(join(packageFolder('turbo'), 'package.json')) as { version: string };
const [major = 0, minor = 0] = version.split('.').map(Number);

function turboWorkspace(remoteCache: object = {}): Workspace {
  const workspace = createWorkspace({
    'package.json': JSON.stringify({ name: 'root', packageManager: 'npm@10.8.2', workspaces: ['packages/*'] }),
    'package-lock.json': JSON.stringify({
      name: 'root',
      lockfileVersion: 3,
      packages: { '': { name: 'root', workspaces: ['packages/*'] } },
    }),
    'turbo.json': JSON.stringify({
      remoteCache,
      [major < 2 ? 'pipeline' : 'tasks']: { build: { outputs: ['dist/**'] } },
    }),
    'packages/a/package.json': JSON.stringify({ name: 'a', version: '1.0.0', scripts: { build: BUILD } }),
    'packages/a/src.txt': 'source',
    '.gitignore': 'dist\n.turbo\nran.log\n',
  });
  return workspace;
}

async function build(workspace: Workspace, server: TestServer, env: Readonly<Record<string, string>>): Promise<string> {
  const { code, output } = await runClient(['turbo', 'run', 'build'], {
    cwd: workspace.path,
    env: { TURBO_API: server.url, TURBO_TEAM: 'team', TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...env },
  });
  assert.equal(code, 0, output);
  return output;
}

function wipe(workspace: Workspace): void {
  for (const path of ['.turbo', 'packages/a/dist', 'packages/a/.turbo', 'node_modules']) workspace.remove(path);
}

function runs(workspace: Workspace): number {
  return workspace.has('ran.log') ? readFileSync(join(workspace.path, 'ran.log'), 'utf8').length : 0;
}

const variants = [
  { name: 'plain', remoteCache: {}, env: {} },
  {
    name: 'signed',
    remoteCache: { signature: true },
    env: { TURBO_REMOTE_CACHE_SIGNATURE_KEY: 'a-key-of-thirty-two-characters-xx', TURBO_TEAMID: 'team_1' },
  },
  { name: 'with preflight', remoteCache: {}, env: { TURBO_PREFLIGHT: 'true' } },
] as const;

for (const { name, remoteCache, env } of variants) {
  test(`turbo, ${name}: a second machine gets what the first one built`, async () => {
    await using server = await startTestServer();
    using workspace = turboWorkspace(remoteCache);
    const credentials = { ...env, TURBO_TOKEN: server.token('main') };

    await build(workspace, server, credentials);
    assert.equal(runs(workspace), 1);
    wipe(workspace);
    const output = await build(workspace, server, credentials);
    assert.equal(runs(workspace), 1, output);
    assert.equal(readFileSync(join(workspace.path, 'packages/a/dist/out.txt'), 'utf8'), 'built');
    assert.ok(server.requests().some(({ outcome }) => outcome === 'hit'));
    const isPreflighted = server.requests().some(({ method }) => method === 'OPTIONS');
    assert.equal(isPreflighted, 'TURBO_PREFLIGHT' in env);

    // Without the remote the same state is a miss.
    wipe(workspace);
    const { code } = await runClient(['turbo', 'run', 'build'], {
      cwd: workspace.path,
      env: { TURBO_TELEMETRY_DISABLED: '1' },
    });
    assert.equal(code, 0);
    assert.equal(runs(workspace), 2);
  });
}

test('turbo, signed: an artifact signed with another key is built anew', async () => {
  await using server = await startTestServer();
  using workspace = turboWorkspace({ signature: true });
  const token = server.token('main');
  const keyed = (key: string) => ({
    TURBO_TOKEN: token,
    TURBO_TEAMID: 'team_1',
    TURBO_REMOTE_CACHE_SIGNATURE_KEY: key,
  });
  await build(workspace, server, keyed('a-key-of-thirty-two-characters-xx'));
  wipe(workspace);
  await build(workspace, server, keyed('another-key-of-thirty-two-charact'));
  assert.equal(runs(workspace), 2);
});

test('turbo: a pull request reads main, main never reads a pull request', async () => {
  await using server = await startTestServer();
  using workspace = turboWorkspace();
  const [main, pull] = [server.token('main'), server.token('pr/7')];
  await build(workspace, server, { TURBO_TOKEN: pull });
  wipe(workspace);
  await build(workspace, server, { TURBO_TOKEN: main });
  assert.equal(runs(workspace), 2, 'main built it itself');
  wipe(workspace);
  workspace.add({ 'packages/a/src.txt': 'changed' });
  await build(workspace, server, { TURBO_TOKEN: main });
  wipe(workspace);
  await build(workspace, server, { TURBO_TOKEN: pull });
  assert.equal(runs(workspace), 3, 'the pull request got what main built');
});

test('turbo: a read-only token and a wrong one do not fail the build', async () => {
  await using server = await startTestServer();
  using workspace = turboWorkspace();
  await build(workspace, server, { TURBO_TOKEN: server.token('main', { readOnly: true }) });
  await build(workspace, server, { TURBO_TOKEN: 'wrong' });
  assert.equal(
    server.requests().some(({ outcome }) => outcome === 'stored'),
    false,
  );
});

const linkSkip = major === 2 && minor >= 3 ? false : `\`turbo link\` of ${version} cannot be used without questions`;

test('turbo: `link` with a token of ours names the team, and the runs after it hit', { skip: linkSkip }, async () => {
  await using server = await startTestServer();
  using workspace = turboWorkspace();
  const token = server.token('main', { tenant: 'acme' });
  await build(workspace, server, { TURBO_TOKEN: token, TURBO_TEAM: 'acme' });
  wipe(workspace);
  workspace.add({ 'home/.config/turborepo/config.json': JSON.stringify({ token }) });
  const env = { HOME: join(workspace.path, 'home'), TURBO_TELEMETRY_DISABLED: '1', TURBO_API: server.url };
  // It asks nothing, but insists on a terminal.
  const link = await runClient(['script', '-qec', 'turbo link --yes --scope acme', '/dev/null'], {
    cwd: workspace.path,
    env,
  });
  assert.equal(link.code, 0, link.output);
  assert.match(workspace.read('.turbo/config.json'), /team_acme/);
  const { code, output } = await runClient(['turbo', 'run', 'build'], { cwd: workspace.path, env });
  assert.equal(code, 0, output);
  assert.equal(runs(workspace), 1, output);
});

test('turbo: `logout` takes the token of a user back, and leaves one of machines', { skip: linkSkip }, async () => {
  await using server = await startTestServer();
  using workspace = turboWorkspace();
  for (const [scope, isGone] of [
    ['user/ann', true],
    ['main', false],
  ] as const) {
    const token = server.token(scope);
    workspace.add({ 'home/.config/turborepo/config.json': JSON.stringify({ token }) });
    const env = { HOME: join(workspace.path, 'home'), TURBO_TELEMETRY_DISABLED: '1', TURBO_API: server.url };
    const { code, output } = await runClient(['turbo', 'logout', '--invalidate'], { cwd: workspace.path, env });
    const asked = server.requests().filter(({ method }) => method === 'DELETE');
    assert.equal(asked.at(-1)?.status, isGone ? 200 : 403, output);
    assert.equal(code === 0, isGone, output);
    const { status } = await fetch(`${server.url}/v2/user`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(status, isGone ? 401 : 200);
  }
});

test('turbo: the dry run knows what is there', async () => {
  await using server = await startTestServer();
  using workspace = turboWorkspace();
  const credentials = { TURBO_TOKEN: server.token('main') };
  await build(workspace, server, credentials);
  wipe(workspace);
  const { output } = await runClient(['turbo', 'run', 'build', '--dry=json'], {
    cwd: workspace.path,
    env: { TURBO_API: server.url, TURBO_TEAM: 'team', TURBO_TELEMETRY_DISABLED: '1', ...credentials },
  });
  assert.match(output, /"remote": true/);
  // All hashes in one request; older versions ask for each.
  const asked = server.requests().filter(({ outcome }) => outcome === 'hit');
  assert.deepEqual(new Set(asked.map(({ method }) => method)), new Set([major === 2 && minor >= 11 ? 'POST' : 'HEAD']));
});
