import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dependent } from '../dependents.js';
import { parse } from '../fixtures.js';

interface Block {
  readonly keys: string;
  readonly resolution: string;
  readonly checksum?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function lock(blocks: readonly Block[]): string {
  const texts = blocks.map(({ keys, resolution, checksum, dependencies = {} }) => {
    const lines = Object.entries(dependencies).map(([name, range]) => `    "${name}": "${range}"\n`);
    const section = lines.length === 0 ? '' : `  dependencies:\n${lines.join('')}`;
    return `"${keys}":\n  version: 1.2.3\n  resolution: "${resolution}"\n${section}${checksum === undefined ? '' : `  checksum: ${checksum}\n`}`;
  });
  return `__metadata:\n  version: 8\n\n${texts.join('\n')}`;
}

const npm = (
  name: string,
  ranges: string,
  version: string,
  dependencies: Readonly<Record<string, string>> = {},
): Block => ({
  keys: ranges
    .split(' ')
    .map((range) => `${name}@npm:${range}`)
    .join(', '),
  resolution: `${name}@npm:${version}`,
  checksum: `c-${version}`,
  dependencies,
});
const workspace = (name: string, dependencies: Readonly<Record<string, string>>): Block => ({
  keys: `${name}@workspace:packages/${name}`,
  resolution: `${name}@workspace:packages/${name}`,
  dependencies,
});

describe('Yarn 2+', () => {
  it('takes a bare range for one of the npm protocol, in manifests and in lockfiles', async () => {
    const asking = dependent('a', { x: '^1' });
    for (const range of ['^1', 'npm:^1']) {
      const text = lock([
        workspace('a', { x: range }),
        npm('x', '^1 ^1.1', '1.1.0', { y: '2' }),
        npm('y', '2', '2.0.0'),
        npm('y', '3', '3.0.0'),
        workspace('b', { y: '3' }),
      ]);
      assert.deepEqual((await parse('berry', text)).closureOf(asking), {
        'x@1.1.0': 'c-1.1.0 > y',
        'y@2.0.0': 'c-2.0.0',
      });
    }
  });

  it('follows a resolution that leaves the range without a key', async () => {
    const text = lock([npm('x', '^1', '1.0.0', { y: '^2' }), npm('y', '5.0.0', '5.0.0')]);
    const closure = (await parse('berry', text)).closureOf(dependent('a', { x: '^1' }));
    assert.deepEqual(closure, { 'x@1.0.0': 'c-1.0.0 > y', 'y@5.0.0': 'c-5.0.0' });
  });

  it('also takes an entry nobody asks for, although the range has a key: a resolution may lead here', async () => {
    const text = lock([
      workspace('b', { y: '^2' }),
      npm('x', '^1', '1.0.0', { y: '^2' }),
      npm('y', '^2', '2.0.0'),
      npm('y', '5.0.0', '5.0.0'),
    ]);
    const closure = (await parse('berry', text)).closureOf(dependent('a', { x: '^1' }));
    assert.equal(closure['x@1.0.0>y'], 'y@2.0.0, y@5.0.0');
  });

  it('takes a built-in patch along with the descriptor it patches, and not with others', async () => {
    const patch = (version: string): Block => ({
      keys: `t@patch:t@npm%3A^${version}#optional!builtin<compat/t>`,
      resolution: `t@patch:t@npm%3A${version}.0.0#optional!builtin<compat/t>::version=${version}.0.0&hash=abc`,
      checksum: `p-${version}`,
    });
    const text = lock([
      workspace('a', { t: '^4' }),
      workspace('b', { t: '^5' }),
      npm('t', '^4', '4.0.0'),
      npm('t', '^5', '5.0.0'),
      patch('4'),
      patch('5'),
    ]);
    const keys = Object.keys((await parse('berry', text)).closureOf(dependent('a', { t: '^4' })));
    assert.deepEqual(keys, [
      '.>t',
      't@4.0.0',
      't@patch:t@npm%3A4.0.0#optional!builtin<compat/t>::version=4.0.0&hash=abc',
    ]);
  });

  it('takes every version for a catalog, which only .yarnrc.yml knows', async () => {
    const text = lock([
      workspace('a', { x: 'catalog:' }),
      workspace('b', { x: '2' }),
      npm('x', '1', '1.0.0'),
      npm('x', '2', '2.0.0'),
    ]);
    const closure = (await parse('berry', text)).closureOf(dependent('a', { x: 'catalog:' }));
    assert.equal(closure['.>x'], 'x@1.0.0, x@2.0.0');
  });

  it('names linked directories as inputs, relative to the root', async () => {
    const locator = 'locator=a%40workspace%3Apackages%2Fa';
    const text = lock([
      workspace('a', { x: 'portal:../../vendor/x', l: 'link:./l' }),
      {
        keys: `x@portal:../../vendor/x::${locator}`,
        resolution: `x@portal:../../vendor/x::${locator}`,
        dependencies: { y: '1' },
      },
      { keys: `l@link:./l::${locator}`, resolution: `l@link:./l::${locator}` },
      npm('y', '1', '1.0.0'),
    ]);
    const lockfile = await parse('berry', text);
    const asking = dependent('a', { x: 'portal:../../vendor/x', l: 'link:./l' });
    assert.deepEqual(lockfile.localPathsOf(asking), ['packages/a/l', 'vendor/x']);
    assert.equal(lockfile.closureOf(asking)['y@1.0.0'], 'c-1.0.0');
  });
});
