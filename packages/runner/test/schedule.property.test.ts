import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGraph, idOf, outcomes, shortOf, startRun, type TestTask } from './fake-ports.js';

/** Numbers in [0, 1) from a seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Plan {
  readonly tasks: Record<string, TestTask>;
  readonly stored: string[];
  readonly failing: ReadonlySet<string>;
  readonly concurrency: number;
}

function createPlan(random: () => number): Plan {
  const names = Array.from({ length: 1 + Math.floor(random() * 25) }, (_, index) => `t${index}`);
  const tasks: Record<string, TestTask> = {};
  names.forEach((name, index) => {
    const needs = names.slice(0, index).filter(() => random() < 0.2);
    tasks[name] = {
      needs,
      ...(random() < 0.15 ? { command: undefined } : {}),
      definition: { cache: random() < 0.8, retries: random() < 0.2 ? 1 : 0 },
    };
  });
  const failing = new Set(names.filter((name) => random() < 0.1 && !('command' in (tasks[name] ?? {}))));
  const stored = names.filter((name) => random() < 0.3 && !failing.has(name));
  return { tasks, stored, failing, concurrency: 1 + Math.floor(random() * 5) };
}

for (const continueMode of ['never', 'dependencies-successful', 'always'] as const) {
  test(`any schedule respects the dependencies and the slots, --continue ${continueMode}`, async () => {
    for (let seed = 1; seed <= 150; seed += 1) await check(seed, continueMode);
  });
}

async function check(seed: number, continueMode: 'never' | 'dependencies-successful' | 'always'): Promise<void> {
  const random = createRandom(seed);
  const { tasks, stored, failing, concurrency } = createPlan(random);
  const ended = new Set<string>();
  let most = 0;
  const run = startRun(createGraph(tasks), {
    stored,
    restore: () => (random() < 0.2 ? 'miss' : random() < 0.5 ? 'restored' : 'fresh'),
    onSpawn: (process) => {
      most = Math.max(most, run.running.length);
      const needs = tasks[process.name]?.needs ?? [];
      assert.ok(
        needs.every((name) => ended.has(name)),
        `seed ${seed}: ${process.name} started too early`,
      );
      if (random() < 0.5) process.end(failing.has(process.name) ? 3 : 0);
      else setImmediate(() => process.end(failing.has(process.name) ? 3 : 0));
    },
    options: {
      continueMode,
      concurrency,
      priorities: new Map(Object.keys(tasks).map((name) => [idOf(name), Math.floor(random() * 4)])),
      emit: (event) => {
        if (event.type === 'task-finished') ended.add(shortOf(event.task));
      },
    },
  });
  const result = await run.result;
  const where = `seed ${seed}`;
  assert.ok(most <= concurrency, `${where}: ${most} processes in ${concurrency} slots`);
  assert.equal(result.tasks.length, Object.keys(tasks).length, where);
  assert.equal(new Set(result.tasks.map((task) => task.task)).size, result.tasks.length, where);
  const byName = outcomes(result);
  const failed = Object.keys(tasks).filter((name) => byName[name] === 'failed');
  assert.equal(result.exitCode, failed.length > 0 ? 3 : 0, where);
  const tainted = new Set<string>();
  for (const name of Object.keys(tasks)) {
    const needs = tasks[name]?.needs ?? [];
    const outcome = byName[name] ?? '';
    if (needs.some((need) => tainted.has(need) || byName[need] === 'failed')) tainted.add(name);
    if (failed.length === 0) assert.ok(!['aborted', 'dependency-failed', 'failed'].includes(outcome), where);
    if (tainted.has(name)) {
      // Below a second failure, which came after the first one had ended the run, tasks are aborted already.
      const expected = continueMode === 'never' ? ['dependency-failed', 'aborted'] : ['dependency-failed'];
      if (continueMode !== 'always') assert.ok(expected.includes(outcome), `${where}: ${name} ${outcome}`);
      assert.ok(!run.saved.includes(name) && !run.lookedUp.includes(name), `${where}: ${name} is built on a failure`);
    }
    if (outcome === 'failed') assert.ok(!run.saved.includes(name), where);
    if (continueMode !== 'never') assert.notEqual(outcome, 'aborted', where);
  }
}
