import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { parseProcStat, type TaskNode } from '@tr/model';
import { createExecutionLocks } from '../src/execution-locks.js';
import { taskOf } from './rig.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'tr-locks-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const open = (runId: string, startedBy?: string) => createExecutionLocks({ directory, runId, startedBy });
const node = (): TaskNode => taskOf();

/** Leaves the lock of `node` with another owner, of now where it does not say. */
function plant(owner: object | string): void {
  open('probe').tryAcquire(node());
  const [name] = readdirSync(directory);
  assert.ok(name !== undefined);
  writeFileSync(
    join(directory, name),
    typeof owner === 'string' ? owner : JSON.stringify({ notedAt: Date.now(), ...owner }),
  );
}

test('one at a time, and free again after the release', () => {
  const first = open('a').tryAcquire(node());
  assert.ok(first !== undefined);
  assert.equal(open('b').tryAcquire(node()), undefined);
  first.release();
  assert.ok(open('b').tryAcquire(node()) !== undefined);
});

test('what killed runs left beside locks is removed, locks and what others are taking are not', () => {
  const [lock, ...others] = [
    '0'.repeat(32),
    `${'0'.repeat(32)}.${'a'.repeat(12)}`,
    `${'0'.repeat(32)}.${'b'.repeat(12)}`,
  ];
  for (const name of [lock ?? '', ...others]) writeFileSync(join(directory, name), '');
  for (const name of [lock ?? '', others[0] ?? '']) utimesSync(join(directory, name), 1_700_000_000, 1_700_000_000);
  open('a').tryAcquire(node())?.release();
  assert.deepEqual(readdirSync(directory).sort(), [lock, others[1]]);
});

test('tasks have locks of their own; one that stores no files needs none', () => {
  const locks = open('a');
  assert.ok(locks.tryAcquire(node()) !== undefined);
  assert.ok(open('b').tryAcquire(taskOf('other#build')) !== undefined);
  const bare = taskOf('bare#lint', { outputs: { include: [], exclude: [] } });
  assert.ok(locks.tryAcquire(bare) !== undefined);
  assert.ok(open('b').tryAcquire(bare) !== undefined);
});

test('a lock of a process that is gone is taken over', () => {
  const gone = spawnSync(process.execPath, ['-e', '0']).pid;
  plant({ runId: 'dead', host: hostname(), pid: gone });
  assert.ok(open('a').tryAcquire(node()) !== undefined);
});

test(
  'a lock of another process that has the number of a dead one is taken over',
  { skip: process.platform !== 'linux' },
  () => {
    plant({ runId: 'dead', host: hostname(), pid: process.pid, processStart: '1' });
    assert.ok(open('a').tryAcquire(node()) !== undefined);
  },
);

test('where no process says when it started, a lock from before the machine did is taken over', () => {
  plant({ runId: 'dead', host: hostname(), pid: process.pid });
  assert.equal(open('a').tryAcquire(node()), undefined);
  plant({ runId: 'dead', host: hostname(), pid: process.pid, notedAt: 1000 });
  assert.ok(open('a').tryAcquire(node()) !== undefined);
});

test(
  'a lock of a process that has ended and was never waited for is taken over',
  { skip: process.platform !== 'linux' },
  async (t) => {
    // What the first process of a container makes of orphans, when it does not look after them.
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 300']);
    t.after(() => parent.kill('SIGKILL'));
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(String(line));
    const look = (): ReturnType<typeof parseProcStat> => parseProcStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    while (look()?.isZombie !== true) await new Promise((resolve) => setTimeout(resolve, 5));
    const processStart = look()?.started;
    plant({ runId: 'dead', host: hostname(), pid, processStart });
    assert.ok(open('a').tryAcquire(node()) !== undefined);
  },
);

test('of two that take over the lock of a process that is gone, one has it', () => {
  plant({ runId: 'dead', host: hostname(), pid: spawnSync(process.execPath, ['-e', '0']).pid });
  const first = open('a');
  let lock: ReturnType<typeof first.tryAcquire>;
  const second = createExecutionLocks({
    directory,
    runId: 'b',
    // Asked between the look at the lock and what becomes of it.
    get startedBy() {
      lock ??= first.tryAcquire(node());
      return undefined;
    },
  });
  assert.equal(second.tryAcquire(node()), undefined);
  assert.ok(lock !== undefined);
  assert.equal(open('c').tryAcquire(node()), undefined, 'it is still held');
  lock.release();
  assert.deepEqual(readdirSync(directory), []);
});

test('a lock that is torn, or of another machine, is no obstacle', () => {
  for (const owner of ['{"runId"', '[]', { runId: 'x', host: 'elsewhere', pid: process.pid }]) {
    plant(owner);
    const lock = open('a').tryAcquire(node());
    assert.ok(lock !== undefined, JSON.stringify(owner));
    lock.release();
  }
});

test('what the run holds that started this one is no obstacle', () => {
  assert.ok(open('outer').tryAcquire(node()) !== undefined);
  assert.ok(open('inner', 'outer.3;').tryAcquire(node()) !== undefined);
});

test('a release leaves the lock of somebody else alone', () => {
  const first = open('a').tryAcquire(node());
  plant({ runId: 'b', host: hostname(), pid: process.pid });
  first?.release();
  assert.equal(open('c').tryAcquire(node()), undefined);
});

test('without a place to write, everybody may go on', () => {
  writeFileSync(join(directory, 'file'), '');
  const locks = createExecutionLocks({ directory: join(directory, 'file/locks'), runId: 'a', startedBy: undefined });
  assert.ok(locks.tryAcquire(node()) !== undefined);
});

test('a task that is held but paused is no obstacle to another one that writes there', () => {
  const locks = open('a');
  const dependent = taskOf('web#test');
  assert.ok(locks.tryAcquire(dependent) !== undefined);
  assert.equal(locks.tryAcquire(node()), undefined, 'it may write');
  const lock = locks.tryAcquire(node(), new Set([dependent.id]));
  assert.ok(lock !== undefined);
  assert.equal(open('b').tryAcquire(node(), new Set([node().id])), undefined, 'another process is one, paused or not');
  lock.release();
  assert.equal(locks.tryAcquire(node()), undefined, 'the dependent is held as before');
});
