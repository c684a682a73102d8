import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dependent } from '../dependents.js';
import { parse } from '../fixtures.js';

type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const lock = (packages: Entries): string => JSON.stringify({ lockfileVersion: 3, requires: true, packages });
const version = (text: string, dependencies: Readonly<Record<string, string>> = {}): Entries[string] => ({
  version: text,
  integrity: `i-${text}`,
  dependencies,
});
const a = dependent('a', { x: '^1' });

describe('npm: where a dependency is found', () => {
  const rows: readonly { what: string; packages: Entries; expected: Readonly<Record<string, string>> }[] = [
    { what: 'at the root', packages: { 'node_modules/x': version('1.0.0') }, expected: { 'x@1.0.0': 'i-1.0.0' } },
    {
      what: 'next to the package, before the root',
      packages: { 'node_modules/x': version('1.0.0'), 'packages/a/node_modules/x': version('2.0.0') },
      expected: { 'x@2.0.0': 'i-2.0.0' },
    },
    {
      what: 'in a directory between the package and the root',
      packages: { 'node_modules/x': version('1.0.0'), 'packages/node_modules/x': version('3.0.0') },
      expected: { 'x@3.0.0': 'i-3.0.0' },
    },
    {
      what: 'not in another package',
      packages: { 'packages/b/node_modules/x': version('2.0.0') },
      expected: { 'x@^1': '' },
    },
    {
      what: 'for a dependency of a dependency, inside it first',
      packages: {
        'node_modules/x': version('1.0.0', { y: '1' }),
        'node_modules/y': version('8.0.0'),
        'node_modules/x/node_modules/y': version('9.0.0'),
      },
      expected: { 'x@1.0.0': 'i-1.0.0 > y', 'y@9.0.0': 'i-9.0.0' },
    },
    {
      what: 'for a dependency of a scoped dependency, at the root',
      packages: { 'node_modules/x': version('1.0.0', { '@s/y': '1' }), 'node_modules/@s/y': version('8.0.0') },
      expected: { '@s/y@8.0.0': 'i-8.0.0', 'x@1.0.0': 'i-1.0.0 > @s/y' },
    },
    {
      what: 'peers and optional dependencies too, as far as they are installed',
      packages: {
        'node_modules/x': {
          ...version('1.0.0'),
          peerDependencies: { p: '*', absent: '*' },
          optionalDependencies: { o: '*' },
          devDependencies: { d: '*' },
        },
        'node_modules/p': version('2.0.0'),
        'node_modules/o': version('3.0.0'),
        'node_modules/d': version('4.0.0'),
      },
      expected: { 'o@3.0.0': 'i-3.0.0', 'p@2.0.0': 'i-2.0.0', 'x@1.0.0': 'i-1.0.0 > o p' },
    },
    {
      what: 'under its real name when it is an alias',
      packages: { 'node_modules/x': { ...version('1.0.0'), name: 'real' } },
      expected: { '.>x': 'real@1.0.0', 'real@1.0.0': 'i-1.0.0' },
    },
    {
      what: 'with what it resolved to when there is no integrity',
      packages: { 'node_modules/x': { version: '1.0.0', resolved: 'git+ssh://git@host/x.git#abc' } },
      expected: { 'x@1.0.0': 'git+ssh://git@host/x.git#abc' },
    },
    {
      what: 'peers of the package itself, which the manifest does not call external',
      packages: {
        'packages/a': { dependencies: { x: '^1', inner: '*' }, peerDependencies: { p: '*' } },
        'node_modules/x': version('1.0.0'),
        'node_modules/p': version('2.0.0'),
        'node_modules/inner': { link: true, resolved: 'packages/inner' },
        'packages/inner': { dependencies: { z: '1' } },
        'node_modules/z': version('5.0.0'),
      },
      expected: { 'p@2.0.0': 'i-2.0.0', 'x@1.0.0': 'i-1.0.0' },
    },
  ];
  for (const { what, packages, expected } of rows)
    it(what, async () => {
      const lockfile = await parse('npm', lock(packages));
      assert.deepEqual(lockfile.closureOf(a), expected);
    });
});

describe('npm: a linked directory that counts as external', () => {
  const packages = {
    'node_modules/x': { link: true, resolved: 'vendor/x' },
    'vendor/x': { name: 'x', version: '1.0.0', dependencies: { y: '1' }, devDependencies: { d: '1' } },
    'node_modules/y': version('1.0.0'),
    'node_modules/d': version('1.0.0'),
  };
  it('brings what it needs to run, and is named as an input', async () => {
    const lockfile = await parse('npm', lock(packages));
    assert.deepEqual(lockfile.closureOf(a), { 'x@workspace:vendor/x': '> y', 'y@1.0.0': 'i-1.0.0' });
    assert.deepEqual(lockfile.localPathsOf(a), ['vendor/x']);
    assert.deepEqual(lockfile.localPathsOf(dependent('b', { y: '1' })), []);
  });
});

describe('npm: the same package installed at several places', () => {
  const nested = {
    'node_modules/x': version('1.0.0', { t: '1', y: '1' }),
    'node_modules/t': version('1.0.0'),
    'node_modules/y': version('1.0.0', { t: '1' }),
    'node_modules/y/node_modules/t': version('1.0.0'),
  };
  it('counts once when all of it is equal, so that hoisting does not matter', async () => {
    const { 'node_modules/y/node_modules/t': _, ...hoisted } = nested;
    const closure = (await parse('npm', lock(nested))).closureOf(a);
    assert.deepEqual(closure, (await parse('npm', lock(hoisted))).closureOf(a));
    assert.equal(closure['t@1.0.0'], 'i-1.0.0');
  });

  // p and q both use f@1.0.0, but each has its own copy with another g: who has which is all that differs.
  const copies = (ofP: string, ofQ: string): string =>
    lock({
      'node_modules/x': version('1.0.0', { p: '1', q: '1' }),
      'node_modules/p': version('1.0.0', { f: '1' }),
      'node_modules/q': version('1.0.0', { f: '1' }),
      'node_modules/p/node_modules/f': version('1.0.0', { g: '1' }),
      'node_modules/q/node_modules/f': version('1.0.0', { g: '1' }),
      'node_modules/p/node_modules/f/node_modules/g': version(ofP),
      'node_modules/q/node_modules/f/node_modules/g': version(ofQ),
    });
  it('is told apart by its place when it differs inside', async () => {
    const before = (await parse('npm', copies('1.0.0', '2.0.0'))).closureOf(a);
    const after = (await parse('npm', copies('2.0.0', '1.0.0'))).closureOf(a);
    assert.notDeepEqual(before, after);
    assert.equal(before['p@1.0.0>f'], 'f@1.0.0 (node_modules/p/node_modules/f)');
    assert.equal(before['f@1.0.0 (node_modules/p/node_modules/f)>g'], 'g@1.0.0');
    assert.equal(after['f@1.0.0 (node_modules/p/node_modules/f)>g'], 'g@2.0.0');
    assert.deepEqual(Object.keys(before), Object.keys(before).toSorted());
  });
});

describe('npm: version 1', () => {
  it('reads links, aliases, bundled and nested dependencies', async () => {
    const text = JSON.stringify({
      lockfileVersion: 1,
      dependencies: {
        a: {
          version: 'file:packages/a',
          requires: { x: '^1' },
          dependencies: {
            x: {
              version: '1.0.0',
              integrity: 'ix',
              requires: { y: '1', al: '1', b: '1' },
              dependencies: { b: { version: '3.0.0', bundled: true } },
            },
          },
        },
        al: { version: 'npm:@s/real@2.0.0', integrity: 'ial' },
        x: { version: '9.0.0', integrity: 'i9', requires: true },
        y: { version: 'git+ssh://git@host/y.git#abc', from: 'y@1' },
      },
    });
    assert.deepEqual((await parse('npm', text)).closureOf(a), {
      '@s/real@2.0.0': 'ial',
      'b@3.0.0': '3.0.0',
      'x@1.0.0': 'ix > al=@s/real b y',
      'y@git+ssh://git@host/y.git#abc': 'git+ssh://git@host/y.git#abc',
    });
  });
});
