import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packagesOf, select, trySelect } from '../rig.js';
import { ALL, check, invalid, noDirectory, packages } from './filter-tables.js';

describe('inside a package', () => {
  const changes = { 'HEAD^1': ['//', 'low', 'other'] };
  const directories = ['packages/mid/src', 'packages'];
  for (const cwd of ['packages/mid', 'packages/mid/src']) {
    describe(cwd, () => {
      check(
        {
          '': 'mid',
          '.': 'mid',
          './**': 'mid',
          './*': '',
          './src': '',
          '...': '@s/inner low mid',
          '{.}...': '@s/inner low mid',
          '....': '@s/inner low mid',
          '^...': '@s/inner low',
          '...^': 'docs web',
          '......': '@s/inner docs low mid other side web',
          // Without a name a filter is about the package around it only.
          '..': '',
          '../low': '',
          '../*': 'mid',
          '[HEAD^1]': '',
          '...[HEAD^1]': '',
          // A name is taken from everywhere; exclusions alone start from everything.
          web: 'web',
          'w*': 'web',
          '*': `// ${ALL}`,
          '//': '//',
          'mid...': '@s/inner low mid',
          '!mid': '@s/inner @s/two docs low other side web',
          '!.': '@s/inner @s/two docs low other side web',
          '!*': '',
          './x': noDirectory('./x', 'packages/mid/x'),
          '......[HEAD^1]': invalid('......[HEAD^1]', 'dependencies-of-nothing'),
        },
        { packages, cwd, changes, directories },
      );
    });
  }

  test('a changed package selects itself and its dependents', () => {
    const facts = { packages, cwd: 'packages/low', changes };
    assert.equal(select({ ...facts, filters: ['[HEAD^1]'] }), 'low');
    assert.equal(select({ ...facts, filters: ['...[HEAD^1]'] }), '@s/two docs low mid web');
  });

  test('the innermost package counts', () => {
    const nested = packagesOf({ 'packages/a': {}, 'packages/a/nested': {}, 'packages/ab': {} });
    assert.equal(select({ packages: nested, cwd: 'packages/a/nested/src' }), 'nested');
    assert.equal(select({ packages: nested, cwd: 'packages/a' }), 'a');
    assert.equal(select({ packages: nested, cwd: 'packages/ab' }), 'ab');
  });
});

describe('inside a folder', () => {
  const changes = { 'HEAD^1': ['//', 'low', 'other'] };
  check(
    {
      '': '@s/inner @s/two low mid other side',
      '...': '@s/inner @s/two low mid other side',
      './mid': 'mid',
      './group/*': '@s/inner @s/two',
      '{group/*}': '@s/inner @s/two',
      '.': '',
      '..': '//',
      '../apps/*': 'docs web',
      '../apps/web': 'web',
      '{../apps/*}': 'docs web',
      '[HEAD^1]': 'low other',
      '...[HEAD^1]': '@s/two docs low mid other web',
      web: 'web',
      '!low': '@s/inner @s/two docs mid other side web',
      '!./low': '@s/inner @s/two docs mid other side web',
      // Next to a name a directory counts from the root.
      'mid{packages/*}': 'mid',
      'mid{*}': '',
      '*{apps/*}': 'docs web',
      '{packages/*}': noDirectory('{packages/*}', 'packages/packages'),
    },
    { packages, cwd: 'packages', changes },
  );

  test('a folder without packages selects nothing, its exclusions everything else', () => {
    const facts = { packages, cwd: 'scratch', directories: ['scratch'] };
    assert.equal(select(facts), '');
    assert.equal(select({ ...facts, filters: ['.'] }), '');
    assert.equal(select({ ...facts, filters: ['!mid'] }), '@s/inner @s/two docs low other side web');
  });

  test('a folder without packages is told when nothing else says what is meant', () => {
    const warnings = (filters: readonly string[], cwd: string) => {
      const selected = trySelect({ packages, cwd, filters, directories: ['scratch/deep'] });
      return selected.ok ? selected.value.warnings : undefined;
    };
    assert.deepEqual(warnings([], 'scratch/deep'), [{ code: 'graph/empty-directory', directory: 'scratch/deep' }]);
    assert.deepEqual(warnings(['mid'], 'scratch/deep'), []);
    assert.deepEqual(warnings([], 'packages'), []);
  });
});

test('a repository of one package is that package in every folder of it', () => {
  const facts = { packages: packagesOf({}), kind: 'single', cwd: 'src/deep', changes: { main: ['//'] } } as const;
  assert.equal(select(facts), '//');
  assert.equal(select({ ...facts, filters: ['[main]'] }), '//');
  assert.equal(select({ ...facts, affected: ['//'] }), '//');
});
