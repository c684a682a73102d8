import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Exclusions } from '../src/globs/exclusions.js';
import { expandBraces } from '../src/globs/expand-braces.js';
import { compileGlob, matchesPath } from '../src/globs/glob.js';

const matches = (pattern: string, path: string, directory = ''): boolean =>
  compileGlob(directory, pattern).some((glob) => matchesPath(glob, path));

describe('compileGlob', () => {
  for (const [pattern, yes, no] of [
    ['src/**', ['src/a', 'src/b/c', 'src/.x/y', 'src'], ['srcs/a', 'a/src/b']],
    ['**', ['a', 'a/b', '.env'], []],
    ['**/*.ts', ['a.ts', 'x/y/a.ts', '.a.ts'], ['a.tsx', 'ts']],
    ['**/x/**', ['x', 'x/a', 'b/x/c/d'], ['y/xx/a']],
    ['**/**/a', ['a', 'b/a'], ['a/b']],
    ['src/*', ['src/a', 'src/.a'], ['src', 'src/a/b', 'srcx/a']],
    ['src/?.ts', ['src/a.ts', 'src/é.ts', 'src/\u{1F600}.ts'], ['src/ab.ts', 'src/.ts']],
    ['src/[bc].ts', ['src/b.ts', 'src/c.ts'], ['src/a.ts', 'src/[bc].ts']],
    ['src/[!b].ts', ['src/a.ts'], ['src/b.ts', 'src/.ts']],
    ['src/[^b].ts', ['src/a.ts'], ['src/b.ts']],
    ['src/[a-c]', ['src/b'], ['src/d', 'src/-']],
    ['src/[]a]', ['src/]', 'src/a'], ['src/b']],
    ['src/[a-]', ['src/-', 'src/a'], ['src/b']],
    ['[[:alpha:]-]', ['a', 'Z', '-'], ['1', 'é']],
    ['[![:digit:]]', ['a', 'é'], ['1']],
    ['[[:space:]]', [' ', '\t', '\n', '\r'], ['\v', '\f', '\u00a0', 's']],
    ['[[:punct:]]', ['!', '[', ']', '^', '-', '\\', '~'], ['a', ' ']],
    // No class has this name, so that the set ends at the first bracket.
    ['[[:constructor:]]', ['[]', ':]', 'c]'], ['c', ':', 'x']],
    ['src/[z-a]', [], ['src/b', 'src/z']],
    ['src/[a', ['src/[a'], ['src/a']],
    ['src/\\[x\\].ts', ['src/[x].ts'], ['src/x.ts']],
    ['src/\\*', ['src/*'], ['src/a']],
    ['{a,b}/c', ['a/c', 'b/c'], ['c', '{a,b}/c']],
    ['{src,test/unit}/**', ['src/a', 'test/unit/b'], ['test/b']],
    ['a{,.b}', ['a', 'a.b'], ['a.']],
    ['a.{ts,{js,mjs}}', ['a.ts', 'a.js', 'a.mjs'], ['a.']],
    ['app/(group)/**', ['app/(group)/p.tsx'], ['app/group/p.tsx']],
    ['a+b$^|.c', ['a+b$^|.c'], ['aab']],
    ['./src/./a', ['src/a'], []],
    ['src/../lib/a', ['lib/a'], ['src/a']],
    ['src//a', ['src/a'], []],
    ['a*b*c', ['abc', 'a-bb-cc', 'abcbc'], ['ab', 'acb', 'abcd']],
    ['*a*b', ['ab', 'xaxxb', 'aabab'], ['ba', 'aba']],
    ['*1*2?*[3-4]', ['1293', 'x1x2y34'], ['123', '1295']],
    ['*a'.repeat(60) + '*b', [], ['a'.repeat(250)]],
    ['{'.repeat(2000) + 'a,b' + '}'.repeat(2000), [], ['a']],
    ['s*/', [], ['src', 's']],
    ['src/', ['src'], ['src/a']],
    ['a**b', ['ac/b', 'ac/d/xb'], ['ab', 'axxb', 'a', 'c/ab']],
    ['**.ts', ['a.ts', 'x/y/a.ts'], ['a.tsx']],
    ['a**', ['a', 'ab', 'ab/c'], ['b/a']],
  ] as const) {
    it(pattern, () => {
      for (const path of yes) assert.equal(matches(pattern, path), true, `${path} should match`);
      for (const path of no) assert.equal(matches(pattern, path), false, `${path} should not match`);
    });
  }

  it('counts from a directory, whose name is taken literally, and reaches out of it', () => {
    assert.equal(matches('src/*', 'packages/[a]/src/x', 'packages/[a]'), true);
    assert.equal(matches('src/*', 'packages/a/src/x', 'packages/[a]'), false);
    assert.equal(matches('../b/*', 'packages/b/x', 'packages/a'), true);
    assert.equal(matches('../../x', 'x', 'packages/a'), true);
    assert.equal(matches('../../../x', '../x', 'packages/a'), true);
    assert.equal(matches('../a/x', 'packages/a/x', 'packages/a'), true);
  });
});

describe('a literal', () => {
  for (const [pattern, literal] of [
    ['src/a', 'p/src/a'],
    ['../x', 'x'],
    ['src/*', undefined],
    // Braces make a pattern of it, also around one name.
    ['{a,b}', undefined],
    ['{a}', undefined],
  ] as const) {
    it(pattern, () => assert.equal(compileGlob('p', pattern)[0]?.literal, literal));
  }
});

describe('expandBraces', () => {
  for (const [pattern, expanded] of [
    ['a', ['a']],
    ['{a,b}{1,2}', ['a1', 'a2', 'b1', 'b2']],
    ['{a', ['{a']],
    ['a}', ['a}']],
    ['{a}', ['a']],
    ['\\{a,b\\}', ['\\{a,b\\}']],
    ['x{{a,b},c}', ['xa', 'xb', 'xc']],
  ] as const) {
    it(pattern, () => assert.deepEqual(expandBraces(pattern), expanded));
  }

  it('does not grow without bound', () => {
    const bomb = '{a,b}'.repeat(40);
    assert.deepEqual(expandBraces(bomb), [bomb]);
  });
});

describe('Exclusions', () => {
  const globs = ['src/gen/**', '**/*.test.ts', 'docs'].flatMap((pattern) => compileGlob('p', pattern));

  it('follow a walk', () => {
    const top = Exclusions.at(globs, 'p');
    assert.equal(top.isEmpty, false);
    assert.equal(top.has('docs'), true);
    assert.equal(top.into('docs').isMatch, true);
    assert.equal(top.into('src').into('gen').isEverything, true);
    assert.equal(top.into('src').has('a.test.ts'), true);
    assert.equal(top.into('src').has('a.ts'), false);
  });

  it('are empty where none can apply', () => {
    const plain = Exclusions.at(compileGlob('p', 'src/gen/**'), 'p');
    assert.equal(plain.into('lib').isEmpty, true);
    assert.equal(Exclusions.at(globs, 'q').isEmpty, true);
  });
});
