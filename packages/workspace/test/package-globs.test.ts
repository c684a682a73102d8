import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import picomatch from 'picomatch';
import { createStarsTest } from '@tr/model';
import { failuresOf, loadOk, namesOf } from './support/load.js';
import { pkg, type Tree } from './support/tree.js';

const ROOT = { name: 'root', packageManager: 'npm@10.0.0' };
const NAME = 'a'.repeat(120);
const MANY = '*a'.repeat(40) + 'b';

describe('package globs with many stars', () => {
  it('are compared in time, wherever they stand', async () => {
    const tree: Tree = {
      [`p/${NAME}/package.json`]: pkg('a'),
      [`p/${NAME}/${'a/'.repeat(30)}package.json`]: pkg('deep'),
    };
    for (const [globs, names] of [
      [['p/*', `p/${MANY}`, `!p/${MANY}`, `!**/${MANY}`], ['a']],
      [['p/*', `!${'**/a/'.repeat(20)}b`], ['a']],
      [['**/'.repeat(20) + 'a'], ['deep']],
      [['**/a/'.repeat(15) + 'b', 'p/*'], ['a']],
    ] as const) {
      const workspace = await loadOk({ 'package.json': { ...ROOT, workspaces: globs }, ...tree });
      assert.deepEqual(namesOf(workspace), names, globs.join(' '));
    }
  });

  it('beside other signs are refused where they stand', async () => {
    const glob = 'packages/{x,[a-z]*-*-*-*}';
    const text = `{\n  "name": "root", "packageManager": "npm@10.0.0",\n  "workspaces": [\n    "${glob}"\n  ]\n}`;
    const at = { file: 'package.json', line: 4, column: 6 };
    assert.deepEqual(await failuresOf({ 'package.json': text }), [{ code: 'workspace/costly-glob', at, glob }]);
    const repeated = {
      'package.json': { ...ROOT, workspaces: ['p/+(a|ab|b)c'] },
      [`p/${'ab'.repeat(40)}/package.json`]: pkg('a'),
    };
    assert.deepEqual(
      (await failuresOf(repeated)).map(({ code }) => code),
      ['workspace/costly-glob'],
    );
    const yaml = `# a comment\npackages:\n  - packages/*\n  - '!**/!(a)!(b)!(c)!(d)'\n`;
    const pnpm = { 'package.json': { ...ROOT, packageManager: 'pnpm@9.0.0' }, 'pnpm-workspace.yaml': yaml };
    assert.deepEqual(await failuresOf(pnpm), [
      {
        code: 'workspace/costly-glob',
        at: { file: 'pnpm-workspace.yaml', line: 4, column: 6 },
        glob: '!**/!(a)!(b)!(c)!(d)',
      },
    ]);
  });
});

/** The same numbers on every machine. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('globs of many stars and question marks', () => {
  const SIGNS = ['a', 'b', '.', '-', '@', '~', '\u00e9', '\u{1F600}', '*', '*', '**', '?'];
  const OPTIONS = [{ dot: true }, { dot: false }, { dot: true, nonegate: true, noextglob: true, posix: true }];

  it('match what picomatch matches', () => {
    const random = createRandom(1);
    const pick = (from: readonly string[]): string => from[random(from.length)] ?? '';
    const make = (from: readonly string[], length: number): string =>
      Array.from({ length: 1 + random(length) }, () => pick(from)).join('');
    const literals = SIGNS.slice(0, 8);
    const isPlain = (names: readonly string[]): boolean => names.every((name) => !/^\.{0,2}$/.test(name));
    const met = { matches: 0, others: 0 };
    for (let round = 0; round < 20_000; round++) {
      const names = Array.from({ length: 1 + random(4) }, () =>
        random(4) === 0 ? '**' : make(SIGNS, 24).replace(/\*{3,}/g, '**'),
      );
      if (!isPlain(names)) continue;
      if (createStarsTest(names.join('/'), true) === undefined) continue;
      const path = names.flatMap((name) =>
        name === '**'
          ? Array.from({ length: random(3) }, () => make(literals, 2))
          : [name.replace(/\*+|\?/g, (sign) => (sign !== '?' && random(2) === 0 ? '' : pick(literals)))],
      );
      if (random(4) === 0) path.splice(random(path.length), 1);
      if (path.length === 0 || !isPlain(path)) continue;
      for (const options of OPTIONS) {
        const [glob, text] = [names.join('/'), path.join('/')];
        const expected = picomatch(glob, options)(text);
        assert.equal(createStarsTest(glob, options.dot)?.(text), expected, JSON.stringify({ glob, text, options }));
        met[expected ? 'matches' : 'others'] += 1;
      }
    }
    assert.ok(met.matches > 2000 && met.others > 2000, JSON.stringify(met));
  });
});
