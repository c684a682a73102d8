import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TASK_DEFINITION, type Failure, type TaskGraph, type TaskId, type TaskNode } from '@tr/model';
import type { ExecutionLocks, ServiceSession, TaskServices } from '../src/ports.js';
import { createGraph, idOf, outcomes, startRun, type FakeRun } from './fake-ports.js';

/** `test` starts from the state that `migrate` left, with services of its own. */
function createStatefulGraph(): TaskGraph {
  const definition = { ...DEFAULT_TASK_DEFINITION, services: ['db'] };
  return createGraph({
    migrate: { definition: { snapshot: { service: 'db', steps: [], base: undefined } } },
    test: { needs: ['migrate'], definition },
    more: { needs: ['migrate'], definition },
  });
}

const UNUSABLE: Failure = { code: 'service/state-unusable', service: 'db', detail: 'damaged' };
const SESSION: ServiceSession = {
  environment: {},
  before: [],
  renew: () => Promise.resolve(undefined),
  capture: () => Promise.resolve(undefined),
  release: () => Promise.resolve(),
};

/** The state of `migrate` is of no use until it was executed `times` in this run. */
function servicesAfter(times: number, run: () => FakeRun): TaskServices {
  return {
    open: () => {
      const made = run().started.filter((name) => name === 'migrate').length;
      if (made >= times) return Promise.resolve({ kind: 'open', session: SESSION });
      return Promise.resolve({ kind: 'remake', task: idOf('migrate'), failure: UNUSABLE });
    },
    noteRestored: () => undefined,
  };
}

/** Locks that tell what is held; `isFree` says whether another process lets one be had. */
function createLocks(isFree: (node: TaskNode, paused: readonly TaskId[]) => boolean) {
  const held = new Set<TaskId>();
  const locks: ExecutionLocks = {
    tryAcquire: (node, paused) => {
      if (!isFree(node, [...(paused ?? [])])) return undefined;
      assert.ok(!held.has(node.id), `${node.id} is held already`);
      held.add(node.id);
      return { release: () => void held.delete(node.id) };
    },
    findHolder: () => 4711,
  };
  return { held, locks };
}

const endAtOnce = { onSpawn: (process: { end(exitCode: number): void }) => setImmediate(() => process.end(0)) };

async function settleALot(run: FakeRun): Promise<void> {
  for (let i = 0; i < 50; i++) await run.settle();
}

test('a state is made anew under the lock of the task that makes it, kept until it has ended', async () => {
  const heldAtStart: string[][] = [];
  const { held, locks } = createLocks(() => true);
  const run: FakeRun = startRun(createStatefulGraph(), {
    stored: ['migrate'],
    onSpawn: (process) => {
      heldAtStart.push([process.name, ...held].sort());
      setImmediate(() => process.end(0));
    },
    options: { locks, services: servicesAfter(1, () => run) },
  });
  const result = await run.result;
  assert.deepEqual(outcomes(result), { migrate: 'fresh', test: 'executed', more: 'executed' });
  assert.deepEqual(heldAtStart[0], ['migrate', 'migrate#t', 'more#t', 'test#t'].sort());
  assert.equal(run.started.filter((name) => name === 'migrate').length, 1);
  assert.equal(held.size, 0);
});

test('while another process executes the task, nothing is made anew, and the dependent is said to wait', async () => {
  let isFree = false;
  const { locks } = createLocks(({ id }) => isFree || id !== idOf('migrate'));
  const run: FakeRun = startRun(createStatefulGraph(), {
    ...endAtOnce,
    stored: ['migrate'],
    options: { locks, services: servicesAfter(1, () => run) },
  });
  await settleALot(run);
  assert.deepEqual(run.started, []);
  const queued = run.events.flatMap((event) => (event.type === 'task-queued' ? event.task : []));
  assert.equal(queued.length, 1);
  assert.notEqual(queued[0], idOf('migrate'));
  // After a second it is said for whom.
  for (let looks = 0; looks < 60; looks++) {
    run.clock.advance(30);
    await run.settle();
  }
  const holders = run.events.flatMap((event) => (event.type === 'task-queued' ? [event.holder] : []));
  assert.deepEqual(holders, [undefined, 4711]);
  isFree = true;
  run.clock.advance(30);
  assert.equal((await run.result).exitCode, 0);
  assert.equal(run.started[0], 'migrate');
});

test('tasks that wait for the state are no obstacle, whatever they hold', async () => {
  const seen: (readonly TaskId[])[] = [];
  const { held, locks } = createLocks(({ id }, paused) => {
    if (id !== idOf('migrate')) return true;
    seen.push(paused);
    return [...held].every((holder) => paused.includes(holder));
  });
  const run: FakeRun = startRun(createStatefulGraph(), {
    ...endAtOnce,
    stored: ['migrate'],
    options: { locks, services: servicesAfter(1, () => run) },
  });
  await settleALot(run);
  run.clock.advance(30);
  assert.deepEqual(outcomes(await run.result), { migrate: 'fresh', test: 'executed', more: 'executed' });
  assert.ok(seen.length > 0);
});

test('a run that ends does not wait for the lock any longer', async () => {
  const { held, locks } = createLocks(({ id }) => id !== idOf('migrate'));
  const run: FakeRun = startRun(createStatefulGraph(), {
    stored: ['migrate'],
    options: { locks, services: servicesAfter(1, () => run) },
  });
  await settleALot(run);
  run.request({ signal: 'SIGINT', force: false });
  run.clock.advance(30);
  assert.deepEqual(outcomes(await run.result), { migrate: 'fresh', test: 'aborted', more: 'aborted' });
  assert.equal(held.size, 0);
  assert.deepEqual(run.started, []);
});
