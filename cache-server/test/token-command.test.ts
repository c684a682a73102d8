import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createWorkspace, runClient, type Workspace } from './rig/client.js';

const PROGRAM = fileURLToPath(new URL('../../bin/tr-cache-server.js', import.meta.url));
const FIRST = 'a-first-token-from-the-environment';

/** The real command over one directory. */
interface Command extends AsyncDisposable {
  readonly url: string;
  run(...args: string[]): Promise<string>;
  /** `token create` with these options: the token alone, without what is said of it on stderr. */
  create(...args: string[]): Promise<string>;
  /** stdout and stderr of the server. */
  output(): string;
}

async function startCommand(workspace: Workspace, workers?: string): Promise<Command> {
  const env = { TR_CACHE_DIR: join(workspace.path, 'cache') };
  const child = spawn(process.execPath, [PROGRAM, '--port', '0'], {
    env: { ...env, TR_CACHE_TOKEN: FIRST, ...(workers === undefined ? {} : { TR_CACHE_WORKERS: workers }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (!output.includes('Listening on ')) await once(child.stdout, 'data');
  const run: Command['run'] = async (...args) => {
    const { code, output: text } = await runClient(['node', PROGRAM, ...args], { cwd: workspace.path, env });
    assert.equal(code, 0, text);
    return text.trim();
  };
  return {
    url: /Listening on (\S+)/.exec(output)?.[1] ?? '',
    run,
    create: async (...args) => /^trc_\S+$/m.exec(await run('token', 'create', ...args))?.[0] ?? '',
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}

async function status(url: string, token: string, method = 'GET'): Promise<number> {
  const body = method === 'PUT' ? { body: 'x' } : {};
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${url}/v8/artifacts/1`, { method, headers, ...body })).status;
}

test('tokens made, listed and revoked beside a running server count with the next request; no secret is logged', async () => {
  using workspace = createWorkspace();
  await using server = await startCommand(workspace);
  const { url } = server;
  assert.equal(await status(url, FIRST), 404);
  const writer = await server.create('--scope', 'pr/7', '--expires', '90d');
  const reader = await server.create('--scope', 'main', '--read-only');
  assert.equal(await status(url, writer), 404);
  assert.equal(await status(url, writer, 'PUT'), 202);
  assert.equal(await status(url, reader, 'PUT'), 403);
  const lines = (await server.run('token', 'list')).split('\n').map((line) => line.split('\t'));
  assert.deepEqual(
    lines.map(([, tenant, scope, rights]) => [tenant, scope, rights]),
    [
      ['default', 'pr/7', 'read-write'],
      ['default', 'main', 'read-only'],
    ],
  );
  await server.run('token', 'revoke', lines[0]?.[0] ?? '');
  assert.equal(await status(url, writer), 401, 'with the next request');
  assert.equal(await status(url, reader), 404, 'others go on');

  const secrets = [FIRST, writer, reader, 'a-wrong-token'];
  await status(url, 'a-wrong-token');
  const basic = Buffer.from(`any:${reader}`).toString('base64');
  await fetch(`${url}/gradle/abc?password=${reader}`, { headers: { authorization: `Basic ${basic}` } });
  await fetch(`${url}/v8/artifacts/%zz?token=${reader}`);
  const kept = readFileSync(join(workspace.path, 'cache/tokens.json'), 'utf8');
  for (const secret of [...secrets, basic]) {
    assert.equal(server.output().includes(secret), false, 'in the log');
    assert.equal(kept.includes(secret), false, 'in the file');
  }
});

test('a stored result is forgotten beside a running server, and the next one is the first', async () => {
  using workspace = createWorkspace();
  await using server = await startCommand(workspace);
  const pull = await server.create('--scope', 'pr/7');
  const [key, other] = ['0123456789abcdef', '0123456789abcde0'];
  const send = async (token: string, body?: string, path = key): Promise<string> => {
    const headers = { authorization: `Bearer ${token}` };
    const request = body === undefined ? { headers } : { headers, method: 'PUT', body };
    const response = await fetch(`${server.url}/v8/artifacts/${path}`, request);
    return response.ok ? await response.text() : String(response.status);
  };
  for (const body of ['wrong', 'right']) await send(FIRST, body);
  await send(FIRST, 'x', other);
  await send(pull, 'of the pull request');
  assert.deepEqual([await send(FIRST), await send(pull)], ['wrong', 'of the pull request']);
  const said = await server.run('forget', key, '--scope', 'main');
  assert.match(said, /^Removed 0123456789abcdef of turborepo from main\.$/);
  assert.deepEqual(
    [await send(FIRST), await send(pull), await send(FIRST, undefined, other)],
    ['404', 'of the pull request', 'x'],
  );
  await send(FIRST, 'right');
  assert.equal(await send(FIRST), 'right');
  const refused = async (...args: string[]): Promise<number | null> =>
    (await runClient(['node', PROGRAM, 'forget', ...args], { cwd: workspace.path })).code;
  const place = ['--dir', join(workspace.path, 'cache')];
  assert.equal(await refused('0123', ...place), 2, 'too few digits');
  assert.equal(await refused(key, '--tenant', 'other', ...place), 2, 'nothing there');
});

test('tokens that cannot be read any more stay good as they were, and that is in the log once', async () => {
  using workspace = createWorkspace();
  // Of several workers each knows what it has read itself.
  await using server = await startCommand(workspace, '1');
  const reader = await server.create('--scope', 'main', '--read-only');
  assert.equal(await status(server.url, reader), 404);
  const path = join(workspace.path, 'cache/tokens.json');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.slice(0, 60));
  for (const token of [reader, FIRST, reader]) assert.equal(await status(server.url, token), 404);
  assert.equal(await status(server.url, 'wrong'), 401);
  assert.equal(server.output().split('"tokens-not-read"').length, 2, server.output());
  writeFileSync(path, text);
  assert.equal(await status(server.url, reader), 404);
  const { code, output } = await runClient(['node', PROGRAM, 'token', 'list', '--tokens-file', 'package.json'], {
    cwd: (workspace.add({ 'package.json': '{' }), workspace.path),
  });
  assert.equal(code, 1);
  assert.match(output, /package\.json: not JSON/);
});

test('files and addresses that cannot be used end the start with one line', async () => {
  using workspace = createWorkspace({ 'bad.pem': 'x' });
  for (const [args, said] of [
    [['--trust-file', 'none'], /none cannot be used \(ENOENT\)/],
    [['--tls-cert', 'none', '--tls-key', 'none'], /none cannot be used \(ENOENT\)/],
    [['--tls-cert', 'bad.pem', '--tls-key', 'bad.pem'], /no PEM file/],
    [['--dir', '/dev/null'], /cannot be used \((?:ENOTDIR|EEXIST)\)/],
    [['--host', 'no-such-host.invalid'], /--host is not known/],
  ] as const) {
    const { code, output } = await runClient(
      ['node', PROGRAM, '--dir', 'cache', '--port', '0', '--workers', '1', ...args],
      { cwd: workspace.path },
    );
    assert.equal(code, 2, output);
    assert.match(output, said);
    assert.doesNotMatch(output, /^\s+at /m);
  }
});

const isRoot = process.getuid?.() === 0 ? false : 'only root acts for others';

test('root makes tokens as the one whose server it is', { skip: isRoot }, async () => {
  using workspace = createWorkspace();
  const directory = join(workspace.path, 'cache');
  mkdirSync(directory);
  chmodSync(workspace.path, 0o755);
  chownSync(directory, 65_534, 65_534);
  const run = async (...args: string[]) => {
    const { code, output } = await runClient(['node', PROGRAM, ...args, '--dir', directory], { cwd: workspace.path });
    assert.equal(code, 0, output);
  };
  await run('doctor');
  await run('token', 'create', '--scope', 'main');
  await run('gc');
  for (const path of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    assert.equal(statSync(join(directory, path)).uid, 65_534, path);
});

test('commands that run at once lose nothing of each other', async () => {
  using workspace = createWorkspace();
  const env = { TR_CACHE_DIR: join(workspace.path, 'cache') };
  const create = async () =>
    await runClient(['node', PROGRAM, 'token', 'create', '--scope', 'main'], { cwd: workspace.path, env });
  const made = await Promise.all(Array.from({ length: 6 }, create));
  assert.ok(made.every(({ code }) => code === 0));
  const { output } = await runClient(['node', PROGRAM, 'token', 'list'], { cwd: workspace.path, env });
  assert.equal(output.trim().split('\n').length, 6, output);
});

test('commands look nowhere else in silence, and each says what there is', async () => {
  using workspace = createWorkspace();
  const call = async (...args: string[]) => await runClient(['node', PROGRAM, ...args], { cwd: workspace.path });
  for (const args of [['gc'], ['forget', 'e5ea7a2daa4ef3cb'], ['token', 'list'], ['token', 'revoke', 'x']]) {
    const { code, output } = await call(...args);
    assert.equal(code, 2, output);
    assert.match(output, /^There (?:is no store|are no tokens) in \S+tr-cache\S*\. /);
    assert.deepEqual(readdirSync(workspace.path).includes('tr-cache'), false);
  }
  assert.match(
    (await call('token', 'create', '--scope', 'pr/7')).output,
    /may write `pr\/7` of the tenant `default`\. .*tr-cache\/tokens\.json/,
  );
  for (const args of [
    ['serve', '--help'],
    ['token', 'create', '-h'],
    ['gc', '--help'],
  ])
    assert.match((await call(...args)).output, /^tr-cache-server \[serve\]/);
  assert.match((await call('--version')).output, /^\d+\.\d+\.\d+\n$/);
});
