import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createStarsTest, isCostlyGlob, isCostlyGroupGlob } from '../src/index.js';

/** Puts so many stars into a glob that this test takes it: a name of stars alone, that the first name of the path stands for. */
const starry = (glob: string): string => `*?*?*?*?*/${glob}`;
const below = (path: string): string => `four/${path}`;

describe('createStarsTest', () => {
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
      const test = createStarsTest(starry(glob), true);
      assert.ok(test);
      for (const path of yes) assert.equal(test(below(path)), true, path);
      for (const path of no) assert.equal(test(below(path)), false, path);
      assert.equal(test(`six/${yes[0]}`), false);
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
      assert.equal(createStarsTest(starry(glob), true)?.(below(path)), true, glob);
      assert.equal(createStarsTest(starry(glob), false)?.(below(path)), false, glob);
    }
    assert.equal(createStarsTest(starry('.*/**/.c'), false)?.(below('.a/b/.c')), true);
  });

  it('leaves few stars and other signs to others', () => {
    for (const glob of [
      '',
      '*',
      '**/a/**',
      '*a*b*c',
      '*/*/*/*/*/*/*',
      ...['[a]', '{a,b}', '!(a)', 'a+b', 'a\\*', 'a|b', '***'].map(starry),
    ])
      assert.equal(createStarsTest(glob, true), undefined, glob);
  });

  it('takes time in proportion, however many stars there are', () => {
    const name = 'a'.repeat(255);
    assert.equal(createStarsTest('*a'.repeat(60) + 'b', true)?.(name), false);
    assert.equal(createStarsTest('*?a'.repeat(60) + 'b', true)?.(name), false);
    assert.equal(createStarsTest('**/a/'.repeat(60) + 'b', true)?.(Array(1000).fill('a').join('/')), false);
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
    '?(a)'.repeat(30),
    '{a,aa}'.repeat(11),
  ])
    it(`${glob.slice(0, 40)} is one`, () => assert.equal(isCostlyGlob(glob), true));

  for (const glob of [
    '*-*-*-*-*-*',
    '**/a/'.repeat(20),
    '[ab]*-*-*',
    'packages/{a,b}/**/*.{js,d.ts}',
    '*****[a]*****',
    '!(a|b)',
    '{a,b}'.repeat(10),
  ])
    it(`${glob.slice(0, 40)} is none`, () => assert.equal(isCostlyGlob(glob), false));
});

describe('isCostlyGroupGlob', () => {
  for (const glob of [
    '+(a|ab|b)c',
    '*(a*|b)c',
    '+([ab]|b)c',
    '+(ab|abab)',
    '*(!(a)|b)',
    '+(a|a)',
    'x/+(@(a|b)|c)',
    '[ab]*-*-*-*',
  ])
    it(`${glob} is one`, () => assert.equal(isCostlyGroupGlob(glob), true));

  for (const glob of [
    '+(a|b)',
    '+(app|app-web|lib)',
    'v+([0-9])',
    '*(x)',
    '@(a|ab|b)',
    '!(a|ab|b)*',
    '?(a|ab)',
    'a+(b',
    '*-*',
  ])
    it(`${glob} is none`, () => assert.equal(isCostlyGroupGlob(glob), false));
});
