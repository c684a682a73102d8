import assert from 'node:assert/strict';
import {
  closeSync,
  fstatSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openQuickFileStat, openQuickStat, watchLooks } from '../src/index.js';

test('a quick stat says what lstat says, of everything there is', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tr-quick-stat-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const path = (name: string): string => join(root, name);
  mkdirSync(path('directory'));
  writeFileSync(path('empty'), '');
  writeFileSync(path('file ünï'), 'x'.repeat(70_000), { mode: 0o755 });
  linkSync(path('empty'), path('hard'));
  symlinkSync('nowhere', path('link'));
  for (const [name, seconds] of [
    ['old', 1],
    ['before', -1.5],
    ['fraction', 1_600_000_000.123456],
    ['far', 2 ** 33],
  ] as const) {
    writeFileSync(path(name), name);
    utimesSync(path(name), seconds, seconds);
  }
  const quick = openQuickStat(root);
  // Every Node that is tested has it; another platform may not.
  assert.equal(quick === undefined, process.platform === 'win32');
  if (quick === undefined) return;
  for (const name of ['', 'directory', 'empty', 'file ünï', 'hard', 'link', 'old', 'before', 'fraction', 'far']) {
    const { dev, mode, nlink, uid, gid, ino, size, mtimeMs, ctimeMs } = lstatSync(path(name));
    assert.deepEqual({ ...quick(path(name)) }, { dev, mode, nlink, uid, gid, ino, size, mtimeMs, ctimeMs }, name);
  }
  assert.equal(quick(path('none')), undefined);
  assert.throws(() => lstatSync(path('empty/below'), { throwIfNoEntry: true }), { code: 'ENOTDIR' });
  assert.throws(() => quick(path('empty/below')), { code: 'ENOTDIR' });
});

test('a quick look at an open file says what fstat says', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tr-quick-stat-'));
  const files = [openSync(root, 'r'), openSync(join(root, 'file'), 'w', 0o750)];
  t.after(() => {
    files.forEach((file) => closeSync(file));
    rmSync(root, { recursive: true, force: true });
  });
  writeSync(files[1] ?? -1, 'four');
  futimesSync(files[1] ?? -1, 1_600_000_000.123456, 1_600_000_000.123456);
  const quick = openQuickFileStat(files[0] ?? -1);
  assert.equal(quick === undefined, process.platform === 'win32');
  for (const file of quick === undefined ? [] : files) {
    const { dev, mode, nlink, uid, gid, ino, size, mtimeMs, ctimeMs } = fstatSync(file);
    assert.deepEqual({ ...quick?.(file) }, { dev, mode, nlink, uid, gid, ino, size, mtimeMs, ctimeMs });
  }
  if (quick !== undefined) assert.throws(() => quick(9999), { code: 'EBADF' });
  assert.equal(openQuickFileStat(9999), undefined, 'not known to be right');
});

test('where Node does not look as it always has, there is none', (t) => {
  const { binding } = process as { readonly binding?: unknown };
  t.after(() => Object.assign(process, { binding }));
  for (const other of [undefined, () => ({}), 'text']) {
    Object.assign(process, { binding: other });
    assert.equal(openQuickStat(tmpdir()), undefined);
  }
  Object.assign(process, { binding });
  assert.equal(openQuickStat(join(tmpdir(), 'tr-is-not-there')), undefined);
});

test('looks are watched, quick ones and those of lstatSync, until that is ended', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tr-quick-stat-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, 'file'), 'four');
  const seen: unknown[] = [];
  const end = watchLooks((path, found) => {
    seen.push([path, found instanceof Error ? 'error' : found?.size]);
  }, root);
  if (process.platform === 'win32') return assert.equal(end, undefined);
  const quick = openQuickStat(join(root, 'file'));
  seen.length = 0;
  const [file, none, below] = ['file', 'none', 'file/below'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  lstatSync(file);
  quick?.(file);
  lstatSync(none, { throwIfNoEntry: false });
  assert.throws(() => lstatSync(below));
  lstatSync(file, { bigint: true });
  assert.deepEqual(seen, [
    [file, 4],
    [file, 4],
    [none, undefined],
    [below, 'error'],
    [file, 'error'],
  ]);
  end?.();
  lstatSync(file);
  quick?.(file);
  assert.equal(seen.length, 5);
  assert.notEqual(openQuickStat(root), undefined);
});
