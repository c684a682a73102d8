import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '../src/http/problem.js';
import { withLock } from '../src/auth/file-lock.js';

test('a lock that a killed process left is taken over, also one of an older version', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tr-file-lock-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'lock');
  for (const leave of [() => writeFileSync(path, ''), () => mkdirSync(path)]) {
    leave();
    const then = Date.now() / 1000 - 11;
    utimesSync(path, then, then);
    assert.equal(
      withLock(path, () => 'done'),
      'done',
    );
    assert.deepEqual(readdirSync(directory), []);
  }
});

test('where no lock can be had, that is trouble with the store', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tr-file-lock-'));
  t.after(() => rmSync(directory, { recursive: true }));
  assert.throws(
    () => withLock(join(directory, 'gone/lock'), () => 'done'),
    (error) => error instanceof Problem && error.code === 'store-trouble' && /ENOENT/.test(error.detail ?? ''),
  );
});
