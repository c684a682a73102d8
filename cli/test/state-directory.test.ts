import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { GitLocation } from '@tr/model';
import { createStateDirectory, resolveStateDirectories } from '../src/state-directory.js';

const git = (workTree: string, mainWorkTree: string | undefined): GitLocation => ({
  workTree: resolve(workTree),
  gitDir: resolve(workTree, '.git'),
  commonDir: resolve(mainWorkTree ?? workTree, '.git'),
  mainWorkTree: mainWorkTree === undefined ? undefined : resolve(mainWorkTree),
});

const CACHES: readonly (readonly [string, string, GitLocation | undefined, string | undefined, string])[] = [
  ['no repository', '/w', undefined, undefined, '/w/.tr/cache'],
  ['the main work tree', '/w', git('/w', '/w'), undefined, '/w/.tr/cache'],
  ['a linked work tree', '/linked', git('/linked', '/w'), undefined, '/w/.tr/cache'],
  ['below the top of a linked work tree', '/linked/js', git('/linked', '/w'), undefined, '/w/js/.tr/cache'],
  ['a bare main repository', '/linked', git('/linked', undefined), undefined, '/linked/.tr/cache'],
  ['a relative setting', '/linked', git('/linked', '/w'), '../shared', '/shared'],
  ['an absolute setting', '/w', git('/w', '/w'), '/var/cache', '/var/cache'],
];

for (const [title, root, location, setting, expected] of CACHES) {
  test(`${title}: the cache is ${expected}, everything else in the work tree's own .tr`, () => {
    assert.deepEqual(resolveStateDirectories(resolve(root), location, setting), {
      own: resolve(root, '.tr'),
      cache: resolve(expected),
      logs: resolve(root, '.tr/logs'),
    });
  });
}

test('the directory ignores itself, keeps a .gitignore that is there, and a disk that refuses is no trouble', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tr-state-'));
  t.after(() => rmSync(root, { recursive: true }));
  const path = join(root, 'a/.tr');
  assert.equal(createStateDirectory(path), true);
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.equal(readFileSync(join(path, '.gitignore'), 'utf8'), '*\n');
  writeFileSync(join(path, '.gitignore'), '*\n!logs\n');
  assert.equal(createStateDirectory(path), true);
  assert.equal(readFileSync(join(path, '.gitignore'), 'utf8'), '*\n!logs\n');
  writeFileSync(join(root, 'file'), '');
  assert.equal(createStateDirectory(join(root, 'file/.tr')), false);
});
