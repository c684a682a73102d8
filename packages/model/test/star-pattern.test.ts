import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createStarTest } from '../src/index.js';

describe('createStarTest', () => {
  for (const [pattern, yes, no] of [
    ['', [''], ['a']],
    ['a.c', ['a.c'], ['abc', 'a.cc']],
    ['*', ['', 'a', '\n'], []],
    ['a*', ['a', 'ab'], ['', 'ba']],
    ['*a', ['a', 'ba'], ['ab']],
    ['a*a', ['aa', 'aba'], ['a', 'ab']],
    ['ab*ba', ['abba', 'abxba'], ['aba']],
    ['a*b*c', ['abc', 'acbc', 'abcbc'], ['acb', 'abcd', 'ac']],
    ['a*bc*c', ['abcc', 'abcbcc'], ['abc']],
    ['a**b', ['ab', 'axb'], ['a']],
    ['*a'.repeat(60) + '*b', [], ['a'.repeat(10_000)]],
  ] as const)
    it(JSON.stringify(pattern.slice(0, 20)), () => {
      const test = createStarTest(pattern.split('*'));
      for (const text of yes) assert.equal(test(text), true, text);
      for (const text of no) assert.equal(test(text), false, text.slice(0, 20));
    });
});
