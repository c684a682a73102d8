import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPathTest, isCostlyGlob } from '../src/index.js';

describe('createPathTest', () => {
  for (const [glob, yes, no] of [
    ['a/b', ['a/b'], ['a', 'a/b/c', 'b']],
    ['*', ['a', '.a'], ['a/b']],
    ['a*b?d', ['abcd', 'axbbcd'], ['abd', 'a/bcd', 'abcde']],
    ['?b*?', ['abc', 'abcd'], ['ab', 'bc']],
    ['a?', ['a\u00e9'], ['a\u{1F600}', 'a']],
    ['**', ['a', 'a/b/.c'], []],
    ['**/b', ['b', 'a/a/b'], ['b/a', 'ab']],
    ['a/**', ['a', 'a/b/c'], ['ab', 'b']],
    ['a*/**', ['ab/c', 'a/b/c'], ['a', 'ab']],
    ['a/**/b', ['a/b', 'a/x/y/b'], ['ab', 'a/xb']],
    ['a**b', ['ab', 'axb'], ['a/b']],
    ['@a.b~c/x-*', ['@a.b~c/x-1'], ['@a_b~c/x-1']],
  ] as const)
    it(glob, () => {
      const test = createPathTest(glob, true);
      assert.ok(test);
      for (const path of yes) assert.equal(test(path), true, path);
      for (const path of no) assert.equal(test(path), false, path);
    });

  it('lets stars stand for a dot at the start of a name only when told to', () => {
    for (const [glob, path] of [
      ['*', '.a'],
      ['*a', '.a'],
      ['?a', '.a'],
      ['**', 'a/.b/c'],
      ['a/**', 'a/.b'],
      ['**/c', '.b/c'],
    ] as const) {
      assert.equal(createPathTest(glob, true)?.(path), true, glob);
      assert.equal(createPathTest(glob, false)?.(path), false, glob);
    }
    assert.equal(createPathTest('.*/**/.c', false)?.('.a/b/.c'), true);
  });

  it('leaves what has other signs to others', () => {
    for (const glob of ['', '[a]', '{a,b}', '!(a)', 'a+b', 'a\\*', 'a|b', '***', '"a"'])
      assert.equal(createPathTest(glob, true), undefined, glob);
  });

  it('takes time in proportion, however many stars there are', () => {
    const name = 'a'.repeat(255);
    assert.equal(createPathTest('*a'.repeat(60) + 'b', true)?.(name), false);
    assert.equal(createPathTest('*?a'.repeat(60) + 'b', true)?.(name), false);
    assert.equal(createPathTest('**/a/'.repeat(60) + 'b', true)?.(Array(1000).fill('a').join('/')), false);
  });
});

describe('isCostlyGlob', () => {
  for (const glob of [
    '[ab]*-*-*-*',
    '!(a)!(b)!(c)!(d)',
    '+(a*|b*)*(c)',
    'a/{*,*,*,*}',
    '[a]/**/'.repeat(9) + 'b',
    '(a)'.repeat(20_000),
  ])
    it(`${glob.slice(0, 40)} is one`, () => assert.equal(isCostlyGlob(glob), true));

  for (const glob of [
    '*-*-*-*-*-*',
    '**/a/'.repeat(20),
    '[ab]*-*-*',
    'packages/{a,b}/**/*.{js,d.ts}',
    '*****[a]*****',
    '!(a|b)',
  ])
    it(`${glob.slice(0, 40)} is none`, () => assert.equal(isCostlyGlob(glob), false));
});
