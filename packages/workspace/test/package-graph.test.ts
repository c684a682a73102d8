import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PackageName } from '@tr/model';
import {
  createPackageGraph,
  createForeignLockfileFinder,
  findForeignLockfileScope,
  type PackageGraph,
} from '../src/index.js';
import { loadOk } from './support/load.js';
import { makeTree, pkg, type Tree } from './support/tree.js';

const on = (...names: string[]) => ({ dependencies: Object.fromEntries(names.map((name) => [name, '*'])) });
const name = (text: string) => text as PackageName;

async function graphOf(): Promise<PackageGraph> {
  const tree: Tree = {
    'package.json': { packageManager: 'npm@10.0.0', workspaces: ['.', 'p/**'], ...on('core') },
    'p/web/package.json': pkg('web', on('ui', 'core')),
    'p/ui/package.json': pkg('ui', on('core')),
    'p/core/package.json': pkg('core'),
    'p/core/inner/package.json': pkg('inner'),
    'p/one/package.json': pkg('one', on('two')),
    'p/two/package.json': pkg('two', on('one')),
  };
  return createPackageGraph(await loadOk(tree));
}

describe('createPackageGraph', () => {
  it('has direct edges both ways', async () => {
    const graph = await graphOf();
    assert.deepEqual(graph.dependenciesOf(name('web')), ['core', 'ui']);
    assert.deepEqual(graph.dependentsOf(name('core')), ['//', 'ui', 'web']);
    assert.deepEqual(graph.dependentsOf(name('web')), []);
    assert.deepEqual(graph.dependenciesOf(name('nope')), []);
  });

  it('closes over edges, through cycles', async () => {
    const graph = await graphOf();
    assert.deepEqual([...graph.transitiveDependenciesOf(name('web'))].sort(), ['core', 'ui']);
    assert.deepEqual([...graph.transitiveDependenciesOf(name('one'))].sort(), ['one', 'two']);
  });

  const owners: readonly (readonly [string, string])[] = [
    ['p/web/src/x.ts', 'web'],
    ['p/core/inner/x', 'inner'],
    ['p/core/innermost/x', 'core'],
    ['p/gone/x', '//'],
    ['p/x', '//'],
    ['README.md', '//'],
    ['p/web', 'web'],
  ];
  for (const [path, owner] of owners) {
    it(`${path} belongs to ${owner}`, async () => assert.equal((await graphOf()).packageOfFile(path), owner));
  }
});

describe('foreign lockfiles', () => {
  const root = () =>
    makeTree({
      'Gemfile.lock': '',
      'package-lock.json': '',
      'go/go.sum': '',
      'go/api/Cargo.lock': '',
      'go/api/src/poetry.lock': '',
      'web/package-lock.json': '',
      'web/app/yarn.lock': '',
      'py/requirements.txt': '',
      'py/requirements-dev.txt': '',
      'py/requirements/base.txt': '',
      'py/requirements/readme.md': '',
      'py/notes-requirements.md': '',
      'py/uv.lock/x': '',
    });
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', ['Gemfile.lock']],
    ['go', ['Gemfile.lock', 'go/go.sum']],
    ['go/api', ['Gemfile.lock', 'go/api/Cargo.lock', 'go/go.sum']],
    ['py', ['Gemfile.lock', 'py/requirements-dev.txt', 'py/requirements.txt', 'py/requirements/base.txt']],
    // Projects of their own, which the root's lockfile knows nothing of.
    ['web/app', ['Gemfile.lock', 'web/app/yarn.lock', 'web/package-lock.json']],
    ['nowhere/at/all', ['Gemfile.lock']],
  ];
  for (const [directory, expected] of cases) {
    it(`of "${directory}": its own and those above`, () => {
      assert.deepEqual(createForeignLockfileFinder(root())(directory), expected);
    });
  }

  const known = [
    'Pipfile.lock',
    'poetry.lock',
    'uv.lock',
    'pdm.lock',
    'go.sum',
    'Cargo.lock',
    'composer.lock',
    'mix.lock',
    'conan.lock',
    'Manifest.toml',
    'renv.lock',
    'MODULE.bazel.lock',
    'Directory.Packages.props',
    'settings-gradle.lockfile',
    'Cartfile.resolved',
    'buf.lock',
  ];
  const patterns = [
    'requirements.txt',
    'requirements_test.txt',
    'constraints.txt',
    'constraints-3.12.txt',
    'pylock.dev.toml',
    'Gemfile.next.lock',
    'rails_7.gemfile.lock',
    'app.opam.locked',
  ];
  for (const file of [...known, 'Gemfile.lock', ...patterns]) {
    it(`knows ${file}`, () => assert.deepEqual(createForeignLockfileFinder(makeTree({ [file]: '' }))(''), [file]));
  }

  it('knows where each counts from its path alone', () => {
    const scopes = ['web/app/yarn.lock', 'yarn.lock', 'Gemfile.next.lock', 'py/requirements/base.txt', 'py/a.txt'];
    assert.deepEqual(scopes.map(findForeignLockfileScope), ['web/app', undefined, '', 'py', undefined]);
  });

  it('lists each directory once, and keeps the answer', () => {
    const find = createForeignLockfileFinder(root());
    assert.equal(find('go/api'), find('go/api'));
  });
});
