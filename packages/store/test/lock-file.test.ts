import assert from 'node:assert/strict';
import fs, { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { tryLockFile, type FileLock } from '../src/index.js';
import { createTempDirectory } from './temp-folder.js';

const isHeldAlways = (): boolean => true;
const isLive = (text: string): boolean => text !== 'dead';

test('one has it at a time, it is free after the release, and nothing is left', (t) => {
  const directory = createTempDirectory(t);
  const path = join(directory, 'lock');
  const lock = tryLockFile(path, 'a', isHeldAlways);
  assert.ok(lock !== undefined);
  assert.equal(tryLockFile(path, 'b', isHeldAlways), undefined);
  assert.deepEqual(readdirSync(directory), ['lock']);
  lock.release();
  const other = tryLockFile(path, 'b', isHeldAlways);
  assert.ok(other !== undefined);
  lock.release();
  assert.deepEqual(readdirSync(directory), ['lock'], 'what another one has is not released');
  other.release();
  assert.deepEqual(readdirSync(directory), []);
});

/** Has `others` take it as well, each at the next look that the one before takes at it; `isNested`: and so they do to each other. */
function takeAtOnce(path: string, others: readonly string[], isNested: boolean): readonly FileLock[] {
  const held: FileLock[] = [];
  const take = (name: string, rest: readonly string[]): void => {
    let left = rest;
    const lock = tryLockFile(path, name, ({ text }) => {
      const [next, ...later] = left;
      left = later;
      if (next !== undefined) take(next, isNested ? later : []);
      return isLive(text);
    });
    if (lock !== undefined) held.push(lock);
  };
  take('first', others);
  return held;
}

for (const isNested of [false, true])
  test(`of several that take over one stale lock, one has it (${isNested ? 'one inside the other' : 'one after the other'})`, (t) => {
    const directory = createTempDirectory(t);
    const path = join(directory, 'lock');
    writeFileSync(path, 'dead');
    const held = takeAtOnce(path, ['a', 'b', 'c', 'd'], isNested);
    assert.equal(held.length, 1);
    held[0]?.release();
    assert.deepEqual(readdirSync(directory), []);
  });

/** Has the code under test call `step` in place of a function of `node:fs`. */
function mockFs(
  t: TestContext,
  name: 'linkSync' | 'readFileSync' | 'statSync' | 'writeFileSync',
  step: (...args: readonly unknown[]) => unknown,
): void {
  t.mock.method(fs, name, step);
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
}

for (const step of ['statSync', 'readFileSync'] as const)
  test(`one that is released just before ${step} of it is not taken from who is next`, (t) => {
    const path = join(createTempDirectory(t), 'lock');
    writeFileSync(path, 'dead');
    const then = Date.now() / 1000 - 11;
    utimesSync(path, then, then);
    let looks = 0;
    let next: FileLock | undefined;
    const original = fs[step] as (...args: readonly unknown[]) => unknown;
    mockFs(t, step, (...args) => {
      // The second look is the last one before what was seen is removed.
      if (args[0] !== path || ++looks !== 2) return original(...args);
      rmSync(path);
      try {
        return original(...args);
      } finally {
        next = tryLockFile(path, 'next', isHeldAlways);
      }
    });
    const late = tryLockFile(path, 'late', ({ text }) => text === 'next');
    assert.ok(next !== undefined);
    assert.equal(late, undefined);
  });

test('where there are no links one has it at a time, too', (t) => {
  const directory = createTempDirectory(t);
  const path = join(directory, 'lock');
  mockFs(t, 'linkSync', () => {
    throw Object.assign(new Error('link'), { code: 'ENOTSUP' });
  });
  const lock = tryLockFile(path, 'a', isHeldAlways);
  assert.ok(lock !== undefined);
  assert.equal(tryLockFile(path, 'b', isHeldAlways), undefined);
  lock.release();
  tryLockFile(path, 'b', isHeldAlways)?.release();
  assert.deepEqual(readdirSync(directory), []);
});

test('on a full disk there is none, and nothing is left of it', (t) => {
  const directory = createTempDirectory(t);
  const original = fs.writeFileSync;
  mockFs(t, 'writeFileSync', (path, _text, options) => {
    original(path as string, '', options as { flag: string });
    throw Object.assign(new Error('write'), { code: 'ENOSPC' });
  });
  assert.throws(() => tryLockFile(join(directory, 'lock'), 'a', isHeldAlways), { code: 'ENOSPC' });
  assert.deepEqual(readdirSync(directory), []);
});

test('an empty one is on its way, where there are no links, unless it is old', (t) => {
  const path = join(createTempDirectory(t), 'lock');
  writeFileSync(path, '');
  assert.equal(
    tryLockFile(path, 'a', () => false),
    undefined,
  );
  const then = Date.now() / 1000 - 11;
  utimesSync(path, then, then);
  assert.ok(tryLockFile(path, 'a', () => false) !== undefined);
});

test('one that was killed while it took over a stale lock is in nobody’s way', (t) => {
  const directory = createTempDirectory(t);
  const path = join(directory, 'lock');
  for (const name of ['lock', 'lock.over', 'lock.over.over']) writeFileSync(join(directory, name), 'dead');
  tryLockFile(path, 'a', ({ text }) => isLive(text))?.release();
  assert.deepEqual(readdirSync(directory), []);
});

test('its age is told, also of a directory that an older version locks with', (t) => {
  const directory = createTempDirectory(t);
  const path = join(directory, 'lock');
  mkdirSync(path);
  const isYoung = ({ age }: { readonly age: number }): boolean => age < 10_000;
  assert.equal(tryLockFile(path, 'a', isYoung), undefined);
  const then = Date.now() / 1000 - 11;
  utimesSync(path, then, then);
  const lock = tryLockFile(path, 'a', isYoung);
  assert.ok(lock !== undefined);
  assert.equal(tryLockFile(path, 'b', isYoung), undefined);
});
