import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { select } from '../rig.js';
import { ALL, check, noDirectory, packages, unknown } from './filter-tables.js';

describe('ranges', () => {
  const changes = { 'HEAD^1': ['//', 'low', 'other'], 'HEAD^1...HEAD': ['low'], HEAD: ['//', 'other'] };
  check(
    {
      '[HEAD^1]': '// low other',
      '[HEAD^1...HEAD]': 'low',
      '[HEAD]': '// other',
      '...[HEAD^1]': '// @s/two docs low mid other web',
      '[HEAD^1]...': '// low other',
      '[HEAD^1]^...': '',
      '...^[HEAD^1]': '@s/two docs mid web',
      '...[HEAD^1]...': `// ${ALL}`,
      'mid[HEAD^1]': '',
      'mid[HEAD^1]...': '',
      '*[HEAD^1]': '// low other',
      '//[HEAD^1]': '//',
      '{.}[HEAD^1]': '//',
      '{packages/*}[HEAD^1]': 'low other',
      '{apps}[HEAD^1]': '',
      '...{packages/*}[HEAD^1]': '@s/two docs low mid other web',
      '...low[HEAD^1]': '@s/two docs low mid web',
      '...^low[HEAD^1]': '@s/two docs mid web',
      '...mid[HEAD^1]': '',
      // `pkg...[ref]`: pkg, if it or one of its dependencies changed; pkg only.
      'mid...[HEAD^1]': 'mid',
      'low...[HEAD^1]': 'low',
      'side...[HEAD^1]': '',
      'w*...[HEAD^1]': 'web',
      '@s/*...[HEAD^1]': '@s/two',
      '*...[HEAD^1]': '// @s/two docs low mid other web',
      '//...[HEAD^1]': '//',
      '{apps/*}...[HEAD^1]': 'docs web',
      '{packages/*}...[HEAD^1]': 'low mid other',
      'mid{packages/*}...[HEAD^1]': 'mid',
      'mid{apps/*}...[HEAD^1]': '',
      '...mid...[HEAD^1]': 'docs mid web',
      // With `^` its own change does not count.
      '...^low...[HEAD^1]': '',
      '*...[HEAD^1]^...': '@s/inner low mid other side',
      '...^mid...[HEAD^1]': 'docs web',
      'mid...[HEAD^1]...': '@s/inner low mid',
      '![HEAD^1]': '@s/inner @s/two docs mid side web',
      '!...[HEAD^1]': '@s/inner side',
      '!mid...[HEAD^1]': '@s/inner @s/two docs low other side web',
      'mid ...[HEAD^1]': '// @s/two docs low mid other web',
      'web... ![HEAD^1]': '@s/inner mid side web',
      // Only braces combine with a range.
      './packages/*[HEAD^1]': '',
      'nope[HEAD^1]': unknown('nope[HEAD^1]', 'nope'),
      '{nothere}[HEAD^1]': noDirectory('{nothere}[HEAD^1]', 'nothere'),
      '[nope]': 'workspace/unknown-ref ref=nope',
      'mid[nope]': 'workspace/unknown-ref ref=nope',
    },
    { packages, changes },
  );

  test('a range is looked up once, however many filters have it', () => {
    let calls = 0;
    const counted = new Proxy(
      { main: ['low'] },
      { get: (_, key) => ((calls += 1), key === 'main' ? ['low'] : undefined) },
    );
    assert.equal(select({ packages, filters: ['[main]', 'mid...[main]', '!web[main]'], changes: counted }), 'low mid');
    assert.equal(calls, 1);
  });
});

describe('--affected', () => {
  const affected = ['//', 'low', 'other'];
  check(
    {
      '': '// @s/two docs low mid other web',
      mid: 'mid',
      side: '',
      '//': '//',
      '.': '//',
      'mid...': 'low mid',
      'low^...': '',
      '...low': '@s/two docs low mid web',
      '...side': 'web',
      '!mid': '// @s/two docs low other web',
      '!*e*': '// @s/two docs low mid',
      '!mid web...': 'low web',
      '*': '// @s/two docs low mid other web',
      './packages/*': 'low mid other',
      '[HEAD]': '// other',
      nope: unknown('nope'),
    },
    { packages, affected, changes: { HEAD: ['//', 'other'] } },
  );

  test('it is narrowed to the package or folder around it', () => {
    const facts = { packages, affected };
    assert.equal(select({ ...facts, cwd: 'packages/mid' }), '');
    assert.equal(select({ ...facts, cwd: 'packages/low' }), '@s/two docs low mid web');
    assert.equal(select({ ...facts, cwd: 'packages' }), '@s/two docs low mid other web');
    assert.equal(select({ ...facts, cwd: 'packages', filters: ['./*'] }), 'low mid other');
    assert.equal(select({ ...facts, cwd: 'packages', filters: ['web'] }), 'web');
    assert.equal(select({ ...facts, cwd: 'apps' }), '');
    assert.equal(select({ ...facts, cwd: 'apps', filters: ['web'] }), '');
  });

  test('nothing changed selects nothing', () => {
    assert.equal(select({ packages, affected: [] }), '');
    assert.equal(select({ packages, affected: [], filters: ['!mid'] }), '');
  });

  test('without a usable base everything is affected, the root included', () => {
    const everything = [...packages.keys()];
    assert.equal(select({ packages, affected: everything }), `// ${ALL}`);
    assert.equal(select({ packages, affected: everything, filters: ['mid'] }), 'mid');
  });
});
