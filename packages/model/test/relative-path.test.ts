import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWithin, joinPath, parentOf } from '../src/index.js';

test('a path is joined to a directory, and taken apart again, also at the root', () => {
  for (const [directory, name, path] of [
    ['', 'a', 'a'],
    ['a', 'b', 'a/b'],
    ['a/b', 'c.txt', 'a/b/c.txt'],
  ] as const) {
    assert.equal(joinPath(directory, name), path);
    assert.equal(parentOf(path), directory);
  }
  assert.equal(parentOf(''), '');
});

test('what lies in a directory is told from what only begins like it', () => {
  for (const path of ['a/b', 'a/b/c']) assert.equal(isWithin(path, 'a/b'), true, path);
  for (const path of ['a', 'a/bc', 'b', '']) assert.equal(isWithin(path, 'a/b'), false, path);
  assert.equal(isWithin('a', ''), true);
  assert.equal(isWithin('', ''), true);
});
