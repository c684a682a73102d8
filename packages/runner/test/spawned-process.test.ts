import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { SpawnedProcess, type StoppableTree } from '../src/process/spawned-process.js';

/** A command that ends at once, and whose tree ends by itself within `helperMs`. */
function endCommand(helperMs: number): { readonly process: SpawnedProcess; readonly signals: readonly string[] } {
  const child = new EventEmitter();
  const signals: string[] = [];
  const tree: StoppableTree = {
    isGroupAlive: () => true,
    signal: (signal) => void signals.push(signal),
    waitForEnd: (graceMs, isEnded, isHurried = () => false) =>
      Promise.resolve(isEnded() && (signals.length > 0 || (graceMs >= helperMs && !isHurried()))),
    kill: () => Promise.resolve(),
  };
  const process = new SpawnedProcess({ child, pid: 1, tree, sources: [], onOutput: () => {}, onGone: () => {} });
  child.emit('exit', 0, null);
  return { process, signals };
}

test('a helper that ends just after its command is not left behind', async () => {
  const { process, signals } = endCommand(50);
  assert.deepEqual(await process.ended, { kind: 'exited', exitCode: 0, leftBehind: false });
  assert.deepEqual(signals, []);
});

test('what does not end by itself is stopped, and told', async () => {
  const { process, signals } = endCommand(60_000);
  assert.deepEqual(await process.ended, { kind: 'exited', exitCode: 0, leftBehind: true });
  assert.deepEqual(signals, ['SIGTERM']);
});

test('where there are no groups, a helper that holds the output for a moment is not left behind', async () => {
  const child = new EventEmitter();
  const tree: StoppableTree = {
    isGroupAlive: () => false,
    signal: () => assert.fail('a signal'),
    waitForEnd: () => Promise.resolve(true),
    kill: () => assert.fail('killed'),
  };
  const readable = new PassThrough();
  const sources = [{ stream: 'stdout', readable } as const];
  const process = new SpawnedProcess({ child, pid: 1, tree, sources, onOutput: () => {}, onGone: () => {} });
  child.emit('exit', 0, null);
  setTimeout(() => readable.end(), 90);
  assert.deepEqual(await process.ended, { kind: 'exited', exitCode: 0, leftBehind: false });
});
