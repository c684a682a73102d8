/** Standard output is written past Node's stream for it; and what is not needed for that is not loaded. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TR_BIN } from '../rig/exec-tr.js';
import { createWorkspace, type TestWorkspace } from '../rig/workspace.js';

function createLoud(t: TestContext, lines: number): TestWorkspace {
  const workspace = createWorkspace({
    'package.json': {
      json: { name: 'loud', private: true, packageManager: 'npm@11.0.0', scripts: { build: `seq ${lines}` } },
    },
    'turbo.json': { json: { tasks: { build: {} } } },
    'package-lock.json': { json: { name: 'loud', lockfileVersion: 3, packages: { '': { name: 'loud' } } } },
  });
  t.after(() => workspace.dispose());
  return workspace;
}

/** Reads whatever is there; undefined at the end. */
function readAvailable(file: number): string | undefined {
  const piece = Buffer.alloc(1 << 16);
  try {
    const bytes = readSync(file, piece);
    return bytes === 0 ? undefined : piece.toString('latin1', 0, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
    throw error;
  }
}

test('a pipe that does not block and is full gets everything in order', async (t) => {
  const { root } = createLoud(t, 60_000);
  const pipe = join(root, '.git/pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  t.after(() => closeSync(reader));
  const writer = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  const run = spawn(process.execPath, [TR_BIN, 'run', 'build', '--log-order=stream'], {
    cwd: root,
    stdio: ['ignore', writer, 'inherit'],
  });
  const ended = new Promise((resolve) => run.once('exit', resolve));
  closeSync(writer);
  // Nobody reads until it is full.
  await sleep(1000);
  let text = '';
  for (let piece: string | undefined = ''; piece !== undefined; piece = readAvailable(reader)) {
    text += piece;
    if (piece === '') await sleep(5);
  }
  assert.equal(await ended, 0);
  const numbers = text.split('\n').flatMap((line) => /build: (\d+)$/.exec(line)?.[1] ?? []);
  assert.deepEqual(
    numbers,
    Array.from({ length: 60_000 }, (_, at) => String(at + 1)),
  );
  assert.match(text, /1 executed/);
});

test('a version and a repeated run load no module of Node that the start of Node has not loaded', (t) => {
  const { root } = createLoud(t, 1);
  const hook = join(root, '.git/hook.cjs');
  writeFileSync(
    hook,
    `const before = new Set(process.moduleLoadList);
    process.on('exit', () => require('node:fs').writeSync(2, process.moduleLoadList.filter((name) => !before.has(name)).join()));`,
  );
  const call = (...args: string[]) => {
    const run = spawnSync(process.execPath, ['-r', hook, TR_BIN, ...args], { cwd: root, encoding: 'utf8' });
    assert.equal(run.status, 0);
    return run;
  };
  assert.equal(call('--version').stderr, '');
  assert.match(call('run', 'build').stderr, /NativeModule child_process/);
  // It is recorded once its files are older than a run.
  for (let tries = 0; tries < 20; tries++) {
    const { stdout, stderr } = call('run', 'build');
    assert.match(stdout, /1 fresh/);
    if (stderr === '') return;
    // The long way does without what takes long to load, where Node is as it was known.
    if (/^v2[02]\./.test(process.version))
      assert.doesNotMatch(stderr, /NativeModule (?:crypto|stream|v8|os|internal\/abort)/);
  }
  assert.fail('no run was repeated');
});

test('a log that is too long to be held back is shown in one go, also when its task was fresh', (t) => {
  const { root } = createLoud(t, 300_000);
  const run = (): string =>
    execFileSync(process.execPath, [TR_BIN, 'run', 'build', '--log-order=grouped'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
  run();
  const again = run();
  assert.match(again, /1 cached, 1 total/);
  assert.deepEqual(again.match(/^.*\b300000$/gm)?.length, 1);
  assert.equal(again.match(/: \d+$/gm)?.length, 300_000);
});
