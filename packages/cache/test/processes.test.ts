import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { verifyCache } from '@tr/store';
import { createRig, fingerprintOf, SETS, taskOf, writeOutputs, type Rig } from './rig.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const TASK = taskOf();

interface Worker {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Settles when it has printed `count` lines, or ended. */
  printed(count: number): Promise<void>;
  readonly ended: Promise<unknown>;
}

function startWorker(rig: Rig, options: { rounds: number; seed: number; mode?: string; workspace?: string }): Worker {
  const { rounds, seed, mode = 'execute', workspace = 'ws' } = options;
  const args = [WORKER, rig.directory, String(rounds), String(seed), mode, workspace];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const settle = (all: boolean): void => {
    for (const { count, resolve } of waiting) if (all || lines.length >= count) resolve();
  };
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    settle(false);
  });
  const ended = once(child, 'close').finally(() => settle(true));
  const printed = (count: number): Promise<void> =>
    lines.length >= count ? Promise.resolve() : new Promise((resolve) => void waiting.push({ count, resolve }));
  return { process: child, lines, printed, ended };
}

async function assertSound(rig: Rig, where: string): Promise<void> {
  for (const word of ['one', 'two', 'three', 'one']) {
    const make = (): void => writeOutputs(join(rig.root, 'web/dist'), word);
    const run = await rig.run({ task: TASK, fingerprint: fingerprintOf(TASK, word), make });
    const expected = SETS[word] ?? {};
    const found = Object.entries(rig.tree('web/dist')).filter(([path]) => path in expected);
    assert.deepEqual(Object.fromEntries(found), expected, `${where}: ${word} (${run.outcome})`);
  }
  const report = await verifyCache(rig.folder);
  assert.ok(report.ok);
  assert.deepEqual([report.value.badBlobs, report.value.badEntries], [[], []], where);
}

test('row 46: work trees that store and restore the same keys in one cache at once all end well', async (t) => {
  const rig = createRig(t);
  const workers = [1, 2, 3].map((seed) => startWorker(rig, { rounds: 60, seed, workspace: `tree-${seed}` }));
  await Promise.all(workers.map(({ ended }) => ended));
  for (const { process: child, lines } of workers) {
    assert.equal(child.exitCode, 0);
    assert.equal(lines.filter((line) => !line.startsWith('warning')).length, 60);
    assert.deepEqual(
      lines.filter((line) => line.startsWith('warning')),
      [],
    );
  }
  await assertSound(rig, 'after all');
});

test('row 46: two runs that restore the same outputs at once leave them right', async (t) => {
  const rig = createRig(t);
  for (const word of ['one', 'two', 'three'])
    await rig.run({
      task: TASK,
      fingerprint: fingerprintOf(TASK, word),
      make: () => writeOutputs(join(rig.root, 'web/dist'), word),
    });
  // The same seed: both want the same state each time, at about the same time.
  const workers = [7, 7].map((seed) => startWorker(rig, { rounds: 100, seed, mode: 'restore-only' }));
  await Promise.all(workers.map(({ ended }) => ended));
  for (const { lines } of workers) assert.equal(lines.filter((line) => !line.startsWith('warning')).length, 100);
  await assertSound(rig, 'after both');
});

test('kill -9 at any moment: the next run is right and the cache is sound', async (t) => {
  const rig = createRig(t);
  let random = Date.now() >>> 0;
  t.diagnostic(`seed ${random}`);
  for (let kills = 0; kills < 12; kills++) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    const worker = startWorker(rig, { rounds: 10_000, seed: random });
    // Somewhere in the round after this one.
    await worker.printed(1 + (random % 4));
    for (let spin = (random >>> 8) % 40_000; spin > 0; spin--) performance.now();
    worker.process.kill('SIGKILL');
    await worker.ended;
    if (kills % 3 === 2) await assertSound(rig, `after kill ${kills}`);
  }
});

test('a full disk: results are unaffected, one warning, and the next run is right', async (t) => {
  const rig = createRig(t);
  const cache = join(rig.directory, 'cache');
  // In a mount namespace of its own, so that nothing is left mounted; as root or as anybody.
  const flags = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const script = `mkdir -p "${cache}" && mount -t tmpfs -o size=16k none "${cache}" && exec "${process.execPath}" "${WORKER}" "${rig.directory}" 6 1 execute`;
  const run = spawnSync('unshare', [...flags, 'sh', '-c', script], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  const warnings = run.stdout.split('\n').filter((line) => line.startsWith('warning'));
  assert.ok(warnings.length > 0 && warnings.every((line) => line === 'warning store/no-space'), run.stdout);
  await assertSound(rig, 'after a full disk');
});

test('a read-only disk: hits come from it, misses execute', async (t) => {
  const rig = createRig(t);
  await rig.run({
    task: TASK,
    fingerprint: fingerprintOf(TASK, 'one'),
    make: () => writeOutputs(join(rig.root, 'web/dist'), 'one'),
  });
  const cache = join(rig.directory, 'cache');
  const flags = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const script = `mount --bind "${cache}" "${cache}" && mount -o remount,bind,ro "${cache}" && exec "${process.execPath}" "${WORKER}" "${rig.directory}" 8 1 execute`;
  const run = spawnSync('unshare', [...flags, 'sh', '-c', script], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  const lines = run.stdout.trim().split('\n');
  assert.ok(lines.includes('one restored') || lines.includes('one fresh'), run.stdout);
  assert.ok(lines.includes('two false') && lines.includes('warning store/read-only'), run.stdout);
  await assertSound(rig, 'after a read-only disk');
});
