import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { nodeDisk } from '../src/disk.js';
import { replaceFile } from '../src/replace-file.js';

/** Renames as Windows does: not over a file that is read-only, nor over one that is open. */
function createPlace(t: TestContext, isOpen = false) {
  const directory = mkdtempSync(join(tmpdir(), 'tr-replace-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const [from, to] = [join(directory, 'from'), join(directory, 'to')];
  writeFileSync(from, 'new');
  const rename = (source: string, target: string): void => {
    const stats = nodeDisk.lstat(target);
    if (isOpen || (stats !== undefined && (stats.mode & 0o222) === 0))
      throw Object.assign(new Error('rename'), { code: 'EPERM' });
    nodeDisk.rename(source, target);
  };
  return { from, to, replace: () => replaceFile({ ...nodeDisk, rename }, from, to) };
}

test('a file that is read-only is replaced', (t) => {
  const { to, replace } = createPlace(t);
  writeFileSync(to, 'old', { mode: 0o444 });
  replace();
  assert.equal(readFileSync(to, 'utf8'), 'new');
});

test('one that somebody has open stays as it was', (t) => {
  const { to, replace } = createPlace(t, true);
  writeFileSync(to, 'old');
  for (const mode of [0o444, 0o644]) {
    chmodSync(to, mode);
    assert.throws(replace, { code: 'EPERM' });
    assert.deepEqual([readFileSync(to, 'utf8'), statSync(to).mode & 0o777], ['old', mode]);
  }
});

test('where nothing is there, the first error counts', (t) => {
  assert.throws(createPlace(t, true).replace, { code: 'EPERM' });
});

test('what is not in the way for being read-only is not touched', (t) => {
  const { from, to } = createPlace(t);
  const fails = (code: string) => () => {
    throw Object.assign(new Error('rename'), { code });
  };
  const setMode = (): never => assert.fail('changed');
  const tryReplace = (code: string) => (): void => replaceFile({ ...nodeDisk, rename: fails(code), setMode }, from, to);
  writeFileSync(to, 'old', { mode: 0o444 });
  assert.throws(tryReplace('EACCES'), { code: 'EACCES' });
  chmodSync(to, 0o644);
  assert.throws(tryReplace('EPERM'), { code: 'EPERM' });
  rmSync(to);
  mkdirSync(to, { mode: 0o555 });
  assert.throws(tryReplace('EPERM'), { code: 'EPERM' });
});
