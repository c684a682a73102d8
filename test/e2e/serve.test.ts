/** `tr serve`: the cache server from the command line, and what is said where its package is not installed. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { cleanEnvironment, execTr, TR_BIN } from '../rig/exec-tr.js';
import { createSample } from '../rig/samples.js';

const directories: string[] = [];
afterEach(() => directories.splice(0).forEach((directory) => rmSync(directory, { recursive: true, force: true })));

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tr-serve-'));
  directories.push(directory);
  return directory;
}

test('it serves with the first token it shows, and ends on SIGTERM', async () => {
  const directory = temporary();
  const child = spawn(process.execPath, [TR_BIN, '--cwd', directory, 'serve', '--port=0', '--dir', 'cache'], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.on('close', () => reject(new Error(said)));
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const found = /Listening on (http:\S+)\n/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const workspace = createSample();
  try {
    const token = /shown only now\): (\S+)/.exec(said)?.[1];
    const env = { TR_REMOTE_URL: url, TR_TOKEN: token };
    assert.deepEqual((await workspace.tr(['run', 'build', '--log-format=json'], { env })).outcomes, {
      'lib#build': 'executed',
      'app#build': 'executed',
    });
    const again = await workspace.tr(['run', 'build', '--cache=remote:r', '--log-format=json'], { env });
    assert.deepEqual(
      again.events.filter(({ type }) => type === 'cache-hit').map(({ tier }) => tier),
      ['remote', 'remote'],
    );
  } finally {
    workspace.dispose();
    child.kill('SIGTERM');
  }
  assert.equal(await ended, 0, said);
  assert.ok(existsSync(join(directory, 'cache/tokens.json')), '--dir starts at --cwd');
});

for (const [options, words] of [
  [['--prot', '1'], /--prot/],
  [['--port', 'x'], /--port must be 0 to 65535/],
  [['--host', '192.0.2.1', '--port', '0'], /none of this machine/],
] as const) {
  test(`${options.join(' ')}: exit code 2 and what is wrong`, async () => {
    const call = await execTr(temporary(), ['serve', ...options], { env: { TR_CACHE_TOKEN: 'x'.repeat(32) } });
    assert.equal(call.exitCode, 2, call.stdout + call.stderr);
    assert.match(call.stderr, words);
    assert.doesNotMatch(call.stderr, /\n {4}at /);
  });
}

test('where the package is not installed, that is said, and everything else works', () => {
  const directory = temporary();
  cpSync(join(TR_BIN, '../..', 'bundle'), join(directory, 'bundle'), { recursive: true });
  cpSync(join(TR_BIN, '..'), join(directory, 'bin'), { recursive: true });
  const call = (...args: readonly string[]) =>
    spawnSync(process.execPath, [join(directory, 'bin/tr.cjs'), ...args], {
      cwd: directory,
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
  const serve = call('serve', '--port', '0');
  assert.equal(serve.status, 2, serve.stderr);
  assert.ok(serve.stderr.includes('usage/not-installed'));
  assert.match(serve.stderr, /@tr\/cache-server.*\n.*docs\/setup\.md/);
  assert.equal(call('--help').status, 0);
});
