import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PackageName } from '@tr/model';
import { computeChangedPackages, type ChangeRules } from '../src/index.js';
import { loadOk } from './support/load.js';
import { pkg, type Tree } from './support/tree.js';

const BASE: Tree = {
  'package.json': { packageManager: 'npm@10.0.0', workspaces: ['packages/**', 'vendor/sub/*'] },
  'package-lock.json': '{}',
  'packages/a/package.json': pkg('a'),
  'packages/a/nested/package.json': pkg('nested'),
  'packages/b/package.json': pkg('b', { dependencies: { a: '*' } }),
  'packages/c/package.json': pkg('c'),
  'vendor/sub/d/package.json': pkg('d'),
};
const ROOT_NEEDS_B: Tree = {
  ...BASE,
  'package.json': { packageManager: 'npm@10.0.0', workspaces: ['packages/*'], devDependencies: { b: '*' } },
};

const names = (...list: string[]) => list as PackageName[];
const EVERYTHING = '// a b c d nested';
const RULES: ChangeRules = {
  isConfiguration: (path) => path === 'turbo.json',
  isGlobalDependency: (path) => path.startsWith('global/') || path.startsWith('packages/b/') || path.endsWith('.lock'),
  compareLockfile: () => 'none',
  countsFor: (path) => (path === 'patches/x.patch' ? names('c', 'd') : []),
};
const lockfile = (answer: ReturnType<ChangeRules['compareLockfile']>): ChangeRules => ({
  ...RULES,
  compareLockfile: () => answer,
});

/** [what, files, rules, packages]; the outcomes were probed with turbo 2.11.11. */
const CASES: readonly (readonly [string, readonly string[], ChangeRules, string])[] = [
  ['nothing', [], RULES, ''],
  ['a file of a package', ['packages/a/src/x'], RULES, 'a'],
  ['files of two packages', ['packages/c/x', 'packages/a/x'], RULES, 'a c'],
  ['a nested package', ['packages/a/nested/x'], RULES, 'nested'],
  ['a configuration of a package', ['packages/a/turbo.json'], RULES, 'a'],
  ['a root file', ['README.md', '.gitignore'], RULES, '//'],
  ['a file between packages', ['packages/README.md'], RULES, '//'],
  ['a deleted package', ['packages/gone/package.json'], RULES, '//'],
  ['the root package.json', ['package.json'], RULES, '//'],
  ['the root configuration', ['turbo.json'], RULES, EVERYTHING],
  ['a global dependency', ['global/x', 'packages/a/x'], RULES, EVERYTHING],
  ['a global dependency inside a package', ['packages/b/x'], RULES, 'b'],
  ['a lockfile among the global dependencies', ['yarn.lock'], RULES, '//'],
  ['a submodule with packages inside', ['vendor/sub'], RULES, '// d'],
  ['a lockfile written differently', ['package-lock.json'], lockfile('none'), '//'],
  ['a lockfile that changes a closure', ['package-lock.json'], lockfile(names('c')), '// c'],
  ['a lockfile that cannot be compared', ['package-lock.json'], lockfile('all'), EVERYTHING],
  ["a lockfile that changes the root's closure", ['package-lock.json'], lockfile(names('//')), EVERYTHING],
  ['what packages elsewhere are made of', ['patches/x.patch'], RULES, '// c d'],
  ['another lockfile', ['yarn.lock', 'packages/a/package-lock.json'], lockfile('all'), '// a'],
];

describe('computeChangedPackages', () => {
  for (const [what, files, rules, expected] of CASES) {
    it(what, async () => {
      assert.equal(computeChangedPackages(await loadOk(BASE), files, rules).join(' '), expected);
    });
  }

  it('everything, when something changed that the root package depends on', async () => {
    const workspace = await loadOk(ROOT_NEEDS_B);
    assert.equal(computeChangedPackages(workspace, ['packages/a/x'], RULES).join(' '), '// a b c');
    assert.equal(computeChangedPackages(workspace, ['packages/c/x'], RULES).join(' '), 'c');
  });

  it('everything, when the lockfile is gone', async () => {
    const { 'package-lock.json': _gone, ...rest } = BASE;
    const workspace = await loadOk(rest);
    assert.equal(computeChangedPackages(workspace, ['package-lock.json'], lockfile('all')).join(' '), EVERYTHING);
  });

  it('asks for the lockfile only when it changed', async () => {
    const rules = { ...RULES, compareLockfile: () => assert.fail('asked') };
    assert.deepEqual(computeChangedPackages(await loadOk(BASE), ['packages/a/x'], rules), ['a']);
  });
});
