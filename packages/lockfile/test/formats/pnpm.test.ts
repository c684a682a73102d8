import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dependent } from '../dependents.js';
import { parse } from '../fixtures.js';

const closureOf = async (
  text: string,
  ...args: Parameters<typeof dependent>
): Promise<Readonly<Record<string, string>>> => (await parse('pnpm', text)).closureOf(dependent(...args));

describe('pnpm: spellings of one dependency path', () => {
  const rows: readonly (readonly [format: string, text: string])[] = [
    [
      '5.3',
      "lockfileVersion: 5.3\nimporters:\n  packages/a:\n    specifiers: {'@s/x': '1'}\n    dependencies: {'@s/x': 1.0.0_p@2.0.0}\npackages:\n  /@s/x/1.0.0_p@2.0.0: {resolution: {integrity: ix}, dependencies: {p: 2.0.0}}\n  /p/2.0.0: {resolution: {integrity: ip}}\n",
    ],
    [
      '5.4-inlineSpecifiers',
      "lockfileVersion: 5.4-inlineSpecifiers\nimporters:\n  packages/a:\n    dependencies: {'@s/x': {specifier: '1', version: 1.0.0_p@2.0.0}}\npackages:\n  /@s/x/1.0.0_p@2.0.0: {resolution: {integrity: ix}, dependencies: {p: 2.0.0}}\n  /p/2.0.0: {resolution: {integrity: ip}}\n",
    ],
    [
      '6.0',
      "lockfileVersion: '6.0'\nimporters:\n  packages/a:\n    dependencies: {'@s/x': {specifier: '1', version: 1.0.0(p@2.0.0)}}\npackages:\n  /@s/x@1.0.0(p@2.0.0): {resolution: {integrity: ix}, dependencies: {p: 2.0.0}}\n  /p@2.0.0: {resolution: {integrity: ip}}\n",
    ],
    [
      '9.0',
      "lockfileVersion: '9.0'\nimporters:\n  packages/a:\n    dependencies: {'@s/x': {specifier: '1', version: 1.0.0(p@2.0.0)}}\npackages:\n  '@s/x@1.0.0': {resolution: {integrity: ix}}\n  p@2.0.0: {resolution: {integrity: ip}}\nsnapshots:\n  '@s/x@1.0.0(p@2.0.0)': {dependencies: {p: 2.0.0}}\n  p@2.0.0: {}\n",
    ],
  ];
  for (const [format, text] of rows)
    it(`format ${format}`, async () => {
      const peers = format.startsWith('5') ? '_p@2.0.0' : '(p@2.0.0)';
      assert.deepEqual(await closureOf(text, 'a', { '@s/x': '1' }), {
        [`@s/x@1.0.0${peers}`]: 'ix > p',
        'p@2.0.0': 'ip',
      });
    });

  it('aliases, git, tarballs and directories', async () => {
    const text =
      "lockfileVersion: '9.0'\nimporters:\n  packages/a:\n    dependencies:\n      al: {specifier: 'npm:r@1', version: r@1.0.0}\n      g: {specifier: 'o/g', version: 'https://host/o/g/tar.gz/abc'}\n      d: {specifier: 'file:../../vendor/d', version: 'file:vendor/d'}\npackages:\n  r@1.0.0: {resolution: {integrity: ir}}\n  g@https://host/o/g/tar.gz/abc: {resolution: {tarball: https://host/o/g/tar.gz/abc}, version: 1.0.0}\n  d@file:vendor/d: {resolution: {type: directory, directory: vendor/d}}\nsnapshots:\n  r@1.0.0: {}\n  g@https://host/o/g/tar.gz/abc: {}\n  d@file:vendor/d: {dependencies: {r: 1.0.0}}\n";
    const asking = dependent('a', { al: 'npm:r@1', g: 'o/g', d: 'file:../../vendor/d' });
    const lockfile = await parse('pnpm', text);
    assert.deepEqual(lockfile.closureOf(asking), {
      '.>al': 'r@1.0.0',
      'd@file:vendor/d': '{"directory":"vendor/d","type":"directory"} > r',
      'g@https://host/o/g/tar.gz/abc': '{"tarball":"https://host/o/g/tar.gz/abc"}',
      'r@1.0.0': 'ir',
    });
    assert.deepEqual(lockfile.localPathsOf(asking), ['vendor/d']);
  });
});

describe('pnpm', () => {
  it('reads a lockfile of a single package, which has no importers', async () => {
    const five =
      'lockfileVersion: 5.4\nspecifiers: {x: ^1}\ndependencies: {x: 1.0.0}\npackages:\n  /x/1.0.0: {resolution: {integrity: i}}\n';
    const six =
      "lockfileVersion: '6.0'\ndependencies:\n  x: {specifier: ^1, version: 1.0.0}\npackages:\n  /x@1.0.0: {resolution: {integrity: i}}\n";
    for (const text of [five, six]) assert.deepEqual(await closureOf(text, '//', { x: '^1' }), { 'x@1.0.0': 'i' });
  });

  it('follows a link that counts as external into what is installed there, and names the directory', async () => {
    const text =
      "lockfileVersion: '9.0'\nimporters:\n  packages/a:\n    dependencies:\n      b: {specifier: 'link:../b', version: 'link:../b'}\n      v: {specifier: 'link:../../vendor/v', version: 'link:../../vendor/v'}\n  packages/b:\n    dependencies: {x: {specifier: '1', version: 1.0.0}}\n    devDependencies: {y: {specifier: '1', version: 1.0.0}}\npackages:\n  x@1.0.0: {resolution: {integrity: ix}}\n  y@1.0.0: {resolution: {integrity: iy}}\nsnapshots:\n  x@1.0.0: {}\n  y@1.0.0: {}\n";
    const lockfile = await parse('pnpm', text);
    const external = dependent('a', { b: 'link:../b', v: 'link:../../vendor/v' });
    assert.deepEqual(Object.keys(lockfile.closureOf(external)), [
      '.>b',
      '.>v',
      'packages/b@workspace:packages/b',
      'vendor/v@workspace:vendor/v',
      'x@1.0.0',
    ]);
    assert.deepEqual(lockfile.localPathsOf(external), ['packages/b', 'vendor/v']);
    assert.deepEqual(
      lockfile.closureOf(dependent('a', {}, ['b', 'v'])),
      {},
      'an internal dependency has a key of its own',
    );
  });

  it('takes peers that were installed for the package', async () => {
    const text =
      "lockfileVersion: '9.0'\nimporters:\n  packages/a:\n    dependencies: {peer: {specifier: '*', version: 1.0.0}}\npackages:\n  peer@1.0.0: {resolution: {integrity: i}}\nsnapshots:\n  peer@1.0.0: {}\n";
    assert.deepEqual(await closureOf(text, 'a', {}), { 'peer@1.0.0': 'i' });
  });

  it('notes a lockfile that was made for another specifier', async () => {
    const text =
      "lockfileVersion: '9.0'\nimporters:\n  packages/a:\n    dependencies: {x: {specifier: ^1.0.0, version: 1.0.0}}\npackages:\n  x@1.0.0: {resolution: {integrity: i}}\nsnapshots:\n  x@1.0.0: {}\n";
    assert.deepEqual(await closureOf(text, 'a', { x: '^1.5.0' }), {
      'x@1.0.0': 'i',
      'x@^1.5.0 (locked for ^1.0.0)': '',
    });
  });

  it('shows settings in every closure, since they change every install', async () => {
    const text = "lockfileVersion: '9.0'\nsettings: {autoInstallPeers: true}\nimporters: {}\n";
    assert.deepEqual(await closureOf(text, 'a', {}), { 'lockfile settings': '{"autoInstallPeers":"true"}' });
  });

  it('reads the last document of several', async () => {
    const text =
      "lockfileVersion: '9.0'\nimporters: {.: {configDependencies: {}}}\n---\nlockfileVersion: '9.0'\nimporters:\n  packages/a:\n    dependencies: {x: {specifier: '1', version: 1.0.0}}\npackages:\n  x@1.0.0: {resolution: {integrity: i}}\nsnapshots:\n  x@1.0.0: {}\n";
    assert.deepEqual(await closureOf(text, 'a', { x: '1' }), { 'x@1.0.0': 'i' });
  });
});
