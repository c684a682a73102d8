import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dependent } from '../dependents.js';
import { parse } from '../fixtures.js';

const entry = (id: string, dependencies: Readonly<Record<string, string>> = {}): unknown => [
  id,
  '',
  { dependencies },
  `i-${id}`,
];

function lock(packages: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}): string {
  const workspaces = {
    '': { name: 'root' },
    'packages/a': { name: '@s/a' },
    'packages/b': { name: 'b', dependencies: { y: '1' } },
  };
  return JSON.stringify({ lockfileVersion: 1, workspaces, packages, ...more });
}

describe('Bun', () => {
  const a = dependent('a', { x: '1' });

  it('finds a dependency of the workspace package before the hoisted one', async () => {
    const packages = { x: entry('x@1.0.0'), '@s/a/x': entry('x@2.0.0'), 'b/x': entry('x@3.0.0') };
    assert.deepEqual((await parse('bun', lock(packages))).closureOf(a), { 'x@2.0.0': 'i-x@2.0.0' });
  });

  it('walks up a path whose names are scoped', async () => {
    const packages = {
      '@s/a/x': entry('x@1.0.0', { '@t/y': '1', z: '1', w: '1' }),
      '@s/a/x/@t/y': entry('@t/y@2.0.0', { z: '1', w: '1' }),
      '@t/y': entry('@t/y@9.0.0'),
      '@s/a/z': entry('z@3.0.0'),
      z: entry('z@9.0.0'),
      w: entry('w@4.0.0'),
      '@s/w': entry('w@9.0.0'),
    };
    assert.deepEqual(Object.keys((await parse('bun', lock(packages))).closureOf(a)), [
      '@t/y@2.0.0',
      'w@4.0.0',
      'x@1.0.0',
      'z@3.0.0',
    ]);
  });

  it('reads entries of every shape', async () => {
    const packages = {
      g: ['g@git+ssh://host/g#abc', { dependencies: {} }, 'g-abc', 'sha512-g'],
      t: ['t@https://host/t.tgz', {}, 'sha512-t'],
      f: ['f@file:vendor/f', { dependencies: { x: '1' } }],
      x: entry('x@1.0.0'),
      b: ['b@workspace:packages/b'],
      y: entry('y@1.0.0'),
    };
    const asking = dependent('a', { g: 'git', t: 'https://host/t.tgz', f: 'file:../../vendor/f', b: 'file:../b' });
    const lockfile = await parse('bun', lock(packages));
    assert.deepEqual(lockfile.closureOf(asking), {
      'b@workspace:packages/b': '> y',
      'f@file:vendor/f': '> x',
      'g@git+ssh://host/g#abc': 'g-abc sha512-g',
      't@https://host/t.tgz': 'sha512-t',
      'x@1.0.0': 'i-x@1.0.0',
      'y@1.0.0': 'i-y@1.0.0',
    });
    assert.deepEqual(lockfile.localPathsOf(asking), ['packages/b', 'vendor/f']);
  });

  it('shows patches and trust on the entry they concern, and names the patch as an input', async () => {
    const more = { patchedDependencies: { 'x@1.0.0': 'patches/x.patch' }, trustedDependencies: ['y'] };
    const packages = { x: entry('x@1.0.0', { y: '1' }), y: entry('y@1.0.0'), z: entry('z@1.0.0') };
    const lockfile = await parse('bun', lock(packages, more));
    assert.deepEqual(lockfile.closureOf(a), {
      'x@1.0.0': 'i-x@1.0.0 patch:patches/x.patch > y',
      'y@1.0.0': 'i-y@1.0.0 trusted',
    });
    assert.deepEqual(lockfile.localPathsOf(a), ['patches/x.patch']);
    assert.deepEqual(lockfile.localPathsOf(dependent('b', { z: '1' })), []);
  });
});
