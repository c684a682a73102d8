import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hostname, uptime } from 'node:os';
import { test } from 'node:test';
import { isRunning, markOwnProcess, parseProcessMark } from '../src/index.js';

const HERE = { host: hostname(), processStart: undefined, notedAt: Date.now() };

test('a process is told from one that has ended, and from a later one of its number', () => {
  const own = markOwnProcess();
  assert.equal(isRunning(own), true);
  assert.equal(isRunning({ ...own, pid: spawnSync(process.execPath, ['-e', '0']).pid }), false);
  if (own.processStart !== undefined) assert.equal(isRunning({ ...own, processStart: '1' }), false);
  assert.equal(isRunning({ ...HERE, pid: process.pid, notedAt: Date.now() - uptime() * 1000 - 60_000 }), false);
  assert.equal(isRunning({ ...own, host: 'elsewhere' }), undefined);
});

test('a process of another user runs, though it may not be asked', (t) => {
  t.mock.method(process, 'kill', () => {
    throw Object.assign(new Error('kill'), { code: 'EPERM' });
  });
  assert.equal(isRunning({ ...HERE, pid: process.pid }), true);
});

test('only what names one process is a mark', () => {
  const mark = { ...markOwnProcess() };
  assert.deepEqual(parseProcessMark(mark), mark);
  // 0 and what is below stand for groups of processes, one of which always runs.
  for (const pid of [0, -1, -process.pid, 1.5, '1'])
    assert.equal(parseProcessMark({ ...mark, pid }), undefined, String(pid));
  for (const name of ['host', 'pid', 'notedAt'])
    assert.equal(parseProcessMark({ ...mark, [name]: undefined }), undefined);
});
