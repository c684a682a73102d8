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

/** Packages whose builds leave directories with unusual modes. */
function createModes(build: string) {
  const modes = createWorkspace({
    'package.json': { json: { name: 'r', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] } },
    'package-lock.json': { json: { name: 'r', lockfileVersion: 3, packages: {} } },
    'turbo.json': { json: { tasks: { build: { outputs: ['dist/**'] } } } },
    'packages/a/package.json': { json: { name: 'a', version: '1.0.0', scripts: { build } } },
    'packages/a/in.txt': 'one\n',
    '.gitignore': 'dist\n',
  });
  const run = () => {
    const [program, ...args] = [...BEFORE, process.execPath, TR_BIN, 'run', 'build'];
    return spawnSync(program, args, { cwd: modes.root, encoding: 'utf8' });
  };
  return { modes, run };
}

test('an output in a directory that may be listed and not entered: the task is fine, and is not stored', () => {
  const { modes, run } = createModes('mkdir -p dist/d && chmod 700 dist/d && cp in.txt dist/d/ && chmod 600 dist/d');
  try {
    const passed = run();
    assert.equal(passed.status, 0, passed.stdout + passed.stderr);
    assert.match(
      passed.stdout,
      /a#build was not stored: .*packages\/a\/dist\/d\/in\.txt \(cannot be read \(EACCES\)\)/,
    );
    // One that fails is looked at as well: what it has left is its own.
    modes.write({ 'packages/a/package.json': '{"name":"a","version":"1.0.0","scripts":{"build":"exit 3"}}' });
    const failed = run();
    assert.equal(failed.status, 3, failed.stdout + failed.stderr);
    assert.match(failed.stdout, /a#build exited with code 3/);
  } finally {
    chmodSync(join(modes.root, 'packages/a/dist/d'), 0o700);
    modes.dispose();
  }
});

test('outputs in a read-only directory are in the way of others: the task runs, and the cache is not blamed', () => {
  const { modes, run } = createModes('chmod -R u+w dist; mkdir -p dist && cp in.txt dist/ && chmod 500 dist');
  try {
    run();
    modes.write({ 'packages/a/in.txt': 'two\n' });
    run();
    modes.write({ 'packages/a/in.txt': 'one\n' });
    const back = run();
    assert.equal(back.status, 0, back.stdout + back.stderr);
    assert.match(back.stdout, /in the way of the outputs: packages\/a\/dist\/in\.txt \(permission denied\)/);
    assert.doesNotMatch(back.stdout, /WARNING/);
    assert.equal(modes.read('packages/a/dist/in.txt'), 'one\n');
  } finally {
    chmodSync(join(modes.root, 'packages/a/dist'), 0o700);
    modes.dispose();
  }
});

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
