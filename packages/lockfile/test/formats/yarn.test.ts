import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLockfile } from '../../src/index.js';
import { dependent } from '../dependents.js';
import { parse } from '../fixtures.js';

const HEAD = '# yarn lockfile v1\n\n\n';
const block = (keys: string, version: string, dependencies: string[] = []): string =>
  `${keys}:\n  version "${version}"\n  integrity i-${version}\n${dependencies.length === 0 ? '' : `  dependencies:\n${dependencies.map((line) => `    ${line}\n`).join('')}`}\n`;

const ODD = block('is-odd@3.0.1', '3.0.1', ['is-number "^6.0.0"']);
const NUMBER6 = block('is-number@^6.0.0', '6.0.0');

describe('Yarn 1', () => {
  it('finds a dependency by its exact range', async () => {
    const text = HEAD + ODD + NUMBER6 + block('is-number@7.0.0', '7.0.0');
    assert.deepEqual((await parse('yarn', text)).closureOf(dependent('a', { 'is-odd': '3.0.1' })), {
      'is-number@6.0.0': 'i-6.0.0',
      'is-odd@3.0.1': 'i-3.0.1 > is-number',
    });
  });

  it('takes every version of a name whose range is not there', async () => {
    const text = HEAD + ODD + block('is-number@5.0.0', '5.0.0') + block('is-number@7.0.0', '7.0.0');
    const closure = (await parse('yarn', text)).closureOf(dependent('a', { 'is-odd': '3.0.1' }));
    assert.equal(closure['is-odd@3.0.1>is-number'], 'is-number@5.0.0, is-number@7.0.0');
  });

  it('takes every version of a name that resolutions mention, since they may apply to one dependent only', async () => {
    const text = HEAD + ODD + NUMBER6 + block('is-number@7.0.0', '7.0.0');
    for (const pattern of ['is-odd/is-number', '**/is-number', 'is-number', 'is-number@^6.0.0', '@s/x/**/is-number']) {
      const parsed = await parseLockfile('yarn', text, { file: 'yarn.lock', resolutions: { [pattern]: '7.0.0' } });
      assert.ok(parsed.ok);
      const closure = parsed.value.closureOf(dependent('a', { 'is-odd': '3.0.1' }));
      assert.equal(closure['is-odd@3.0.1>is-number'], 'is-number@6.0.0, is-number@7.0.0', pattern);
    }
  });

  it('shows a rewiring among the same packages', async () => {
    const lock = (direct: string, indirect: string): string =>
      HEAD + block('x@^1', '1.0.0', ['m "^2"']) + block('m@^1', direct) + block('m@^2', indirect);
    const asking = dependent('a', { x: '^1', m: '^1' });
    const before = (await parse('yarn', lock('2.0.0', '2.1.0'))).closureOf(asking);
    const after = (await parse('yarn', lock('2.1.0', '2.0.0'))).closureOf(asking);
    assert.deepEqual([before['.>m'], before['x@1.0.0>m']], ['m@2.0.0', 'm@2.1.0']);
    assert.deepEqual([after['.>m'], after['x@1.0.0>m']], ['m@2.1.0', 'm@2.0.0']);
  });

  it('reads aliases, tarballs and local directories', async () => {
    const text = `${HEAD}"odd@npm:is-odd@2.0.0":\n  version "2.0.0"\n\n"t@https://host/t.tgz":\n  version "1.0.0"\n  resolved "https://host/t.tgz#abc"\n\n"v@file:./vendor/v":\n  version "1.0.0"\n`;
    const asking = dependent('a', { odd: 'npm:is-odd@2.0.0', t: 'https://host/t.tgz', v: 'file:../../vendor/v' });
    const lockfile = await parse('yarn', text);
    assert.deepEqual(lockfile.closureOf(asking), {
      '.>odd': 'is-odd@2.0.0',
      'is-odd@2.0.0': '',
      't@1.0.0': 'https://host/t.tgz#abc',
      'v@1.0.0': '',
    });
    assert.deepEqual(lockfile.localPathsOf(asking), ['vendor/v']);
  });

  it('is told from Yarn 2+ by its text, whatever the workspace says', async () => {
    assert.deepEqual((await parse('berry', HEAD + NUMBER6)).closureOf(dependent('a', { 'is-number': '^6.0.0' })), {
      'is-number@6.0.0': 'i-6.0.0',
    });
  });
});
