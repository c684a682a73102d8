import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadSigningKey } from '../src/config/signing-key.js';
import { createWorkspace } from './rig/client.js';

const PROGRAM = fileURLToPath(new URL('../../bin/tr-cache-server.js', import.meta.url));
/** An address for documentation: no machine has it. */
const ELSEWHERE = '203.0.113.7';
const TOKEN = 'a-first-token-from-the-environment';
/** A server that has not ended by then hangs, milliseconds. */
const PATIENCE_MS = 60_000;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Call {
  readonly workers: 1 | 2;
  /** Undefined: the server makes the first one itself. */
  readonly token?: string;
  /** Shell commands that come first, in a mount namespace of the server's own. */
  readonly mounts?: string;
}

function serve(args: readonly string[], { workers, token, mounts }: Call): Ended {
  const env = {
    PATH: process.env['PATH'],
    TR_CACHE_WORKERS: String(workers),
    TR_CACHE_PORT: '0',
    TR_CACHE_TOKEN: token,
  };
  const options = { encoding: 'utf8', timeout: PATIENCE_MS, killSignal: 'SIGKILL', env } as const;
  if (mounts === undefined) return spawnSync(process.execPath, [PROGRAM, ...args], options);
  const flags = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const script = `set -e; ${mounts}; exec "$0" "$@"`;
  return spawnSync('unshare', [...flags, 'sh', '-c', script, process.execPath, PROGRAM, ...args], options);
}

/** It said in one line what is wrong, and served nobody. */
function assertRefused({ status, stdout, stderr }: Ended, expected: RegExp): void {
  assert.ok(status === 1 || status === 2, `exit code ${status}: ${stderr}`);
  assert.match(stderr, expected);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
  assert.doesNotMatch(stdout, /Listening/);
}

/** One process and several, with a first token and without. */
const CALLS: readonly Call[] = [{ workers: 1, token: TOKEN }, { workers: 1 }, { workers: 2, token: TOKEN }];

test('a directory that cannot be ends the start with its name and why', () => {
  using workspace = createWorkspace();
  const file = join(workspace.path, 'file');
  writeFileSync(file, 'x');
  for (const directory of ['/proc/x', '/proc/self/task', file, join(file, 'below')])
    for (const call of CALLS) {
      const ended = serve(['--dir', directory], call);
      assertRefused(ended, /cannot be used \(.*(E[A-Z]+|not a token file).*\)/);
      assert.ok(ended.stderr.includes(directory), ended.stderr);
    }
});

test('the local cache of a run is no store of a server, which would sweep it', () => {
  using workspace = createWorkspace();
  mkdirSync(join(workspace.path, 'v1/actions'), { recursive: true });
  writeFileSync(join(workspace.path, 'v1/format.json'), '{"format":"tr-cache","version":1}');
  for (const call of CALLS) assertRefused(serve(['--dir', workspace.path], call), /is the local cache of a `tr run`/);
});

test('a read-only or full file system ends the start, and what was begun on a full one is no trouble for the next', () => {
  using workspace = createWorkspace();
  const directory = join(workspace.path, 'store');
  mkdirSync(directory);
  const full = `mount -t tmpfs -o size=64k none ${directory}; head -c 65536 /dev/zero > ${directory}/fill`;
  for (const [mounts, code] of [
    [`mount -t tmpfs -o ro none ${directory}`, 'EROFS'],
    [full, 'ENOSPC'],
  ] as const)
    for (const call of CALLS)
      assertRefused(serve(['--dir', directory], { ...call, mounts }), new RegExp(`cannot be used \\(.*${code}`));
  const mounts = `${full}; "$0" "$@" 2> /dev/null || rm ${directory}/fill`;
  for (const call of CALLS)
    assertRefused(serve(['--dir', directory, '--host', ELSEWHERE], { ...call, mounts }), /none of this machine/);
});

test('a port that is taken and an address of another machine end the start', async () => {
  using workspace = createWorkspace();
  const directory = join(workspace.path, 'store');
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  assert.ok(address !== null && typeof address === 'object');
  try {
    for (const call of CALLS.slice(1)) {
      assertRefused(serve(['--dir', directory, '--port', String(address.port)], call), /port is in use/);
      assertRefused(serve(['--dir', directory, '--host', ELSEWHERE], call), /none of this machine/);
    }
  } finally {
    other.close();
  }
});

test('the signing key is made once, whole, and owned by nobody else', () => {
  using workspace = createWorkspace();
  const path = join(workspace.path, 'new', 'signing-key');
  const key = loadSigningKey(path);
  assert.equal(key.length, 32);
  assert.deepEqual(loadSigningKey(path), key);
  assert.deepEqual(readdirSync(join(path, '..')), ['signing-key']);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});
