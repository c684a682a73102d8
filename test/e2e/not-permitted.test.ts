/** Files that this user may not read: said as what it is, never as a bug of ours. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TR_BIN } from '../rig/exec-tr.js';
import { createWorkspace } from '../rig/workspace.js';

const workspace = createWorkspace({
  'package.json': { json: { name: 'r', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] } },
  'package-lock.json': { json: { name: 'r', lockfileVersion: 3, packages: {} } },
  'turbo.json': { json: { tasks: { build: {} } } },
  'packages/a/package.json': { json: { name: 'a', version: '1.0.0', scripts: { build: 'echo built' } } },
});
after(() => workspace.dispose());

/** Root may read everything: it gives that up first. */
const BEFORE = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];

function runWithout(path: string): {
  readonly status: number | null;
  readonly stderr: string;
  readonly stdout: string;
} {
  const absolute = join(workspace.root, path);
  chmodSync(absolute, 0o000);
  try {
    const [program, ...args] = [...BEFORE, process.execPath, TR_BIN, 'run', 'build'];
    return spawnSync(program, args, { cwd: workspace.root, encoding: 'utf8' });
  } finally {
    chmodSync(absolute, 0o755);
  }
}

const PATHS = [
  'turbo.json',
  'package.json',
  'packages/a/package.json',
  'packages/a',
  'package-lock.json',
  'packages',
  '.git',
];
for (const path of PATHS) {
  test(`${path} may not be read: said with its path, exit code 2`, () => {
    const run = runWithout(path);
    assert.equal(run.status, 2, run.stderr);
    assert.ok(run.stderr.startsWith(`usage/not-permitted \`${join(workspace.root, path)}`), run.stderr);
  });
}

test('a .git file may not be read: said with its path, exit code 2', () => {
  const [inside, outside] = [join(workspace.root, '.git'), join(workspace.root, 'elsewhere')];
  renameSync(inside, outside);
  try {
    writeFileSync(inside, 'gitdir: elsewhere\n');
    const run = runWithout('.git');
    assert.equal(run.status, 2, run.stderr);
    assert.ok(run.stderr.startsWith(`usage/not-permitted \`${inside}\``), run.stderr);
  } finally {
    rmSync(inside);
    renameSync(outside, inside);
  }
});

test('the home directory of somebody else, or of nobody: the run is made', () => {
  const home = join(workspace.root, 'home');
  mkdirSync(home);
  writeFileSync(join(home, '.npmrc'), 'script-shell=/nonexistent\n');
  chmodSync(home, 0o000);
  const runAs = (before: readonly string[], env: NodeJS.ProcessEnv) => {
    const [program, ...args] = [...before, process.execPath, TR_BIN, 'run', 'build', '--force'];
    return spawnSync(program, args, { cwd: workspace.root, encoding: 'utf8', env });
  };
  const strange = runAs(BEFORE, { ...process.env, HOME: home });
  chmodSync(home, 0o755);
  assert.equal(strange.status, 0, strange.stderr);
  // A number without a name, as containers have it.
  const { HOME: _, ...rest } = process.env;
  const nobody = runAs(['unshare', '--user', '--map-user=54321'], rest);
  assert.equal(nobody.status, 0, nobody.stderr);
});

// Node 20 has it under another name.
const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

test('what Node itself may not do is said, exit code 2; without a cache a run is made', () => {
  const call = (...flags: readonly string[]) =>
    spawnSync(process.execPath, [PERMISSION, '--allow-fs-read=*', ...flags, TR_BIN, 'run', 'build', '--force'], {
      cwd: workspace.root,
      encoding: 'utf8',
    });
  const noProcesses = call('--allow-fs-write=*');
  assert.equal(noProcesses.status, 2, noProcesses.stderr);
  assert.ok(noProcesses.stderr.includes('usage/node-permission Node'), noProcesses.stderr);
  assert.match(noProcesses.stderr, /`ChildProcess`/);
  const readOnly = call('--allow-child-process');
  assert.equal(readOnly.status, 0, readOnly.stderr);
  assert.match(readOnly.stdout, /WARNING .*its result is not stored/);
  assert.match(readOnly.stdout, /built/);
});

test('a state directory of somebody else: the run is made, without it', async () => {
  assert.equal((await workspace.tr(['run', 'build'])).exitCode, 0);
  const run = runWithout('.tr');
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout, /built/);
});
