import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileOutputs, parentOf } from '../src/outputs/output-globs.js';

test('the directory of a path is the same whatever was asked before', () => {
  const expected: Readonly<Record<string, string>> = {
    '': '',
    a: '',
    'a/b': 'a',
    'a/b/c': 'a/b',
    'a/b/d': 'a/b',
    'a/b/': 'a/b',
    'a/b/c/d': 'a/b/c',
    'a/bc/d': 'a/bc',
    '/r/s': '/r',
    '/r': '',
  };
  const paths = Object.keys(expected);
  for (const before of paths)
    for (const path of paths) {
      parentOf(before);
      assert.equal(parentOf(path), expected[path], `${path} after ${before}`);
    }
});

test('outputs with many stars are compared in time', () => {
  const many = '*a'.repeat(60);
  const outputs = compileOutputs(
    { include: [`${many}b`, `${'**/a/'.repeat(30)}b`, `${many}*`], exclude: [`**/${many}b`] },
    'p',
  );
  assert.equal(outputs.matches(`p/${'a'.repeat(250)}`), true);
  assert.equal(outputs.matches(`p/${'a/'.repeat(200)}c`), false);
});
