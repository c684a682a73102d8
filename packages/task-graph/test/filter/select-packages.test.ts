import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SelectionFacts } from '../rig.js';
import { packagesOf, select, trySelect } from '../rig.js';
import { ALL, check, invalid, noDirectory, packages, unknown } from './filter-tables.js';

describe('union and exclusion', () => {
  check(
    {
      '': ALL,
      'web docs': 'docs web',
      'web web': 'web',
      '!mid': '@s/inner @s/two docs low other side web',
      '!mid !low': '@s/inner @s/two docs other side web',
      'mid !mid': '',
      '!mid mid': '',
      'web !*e*': '',
      'web... !...low': '@s/inner side',
      '!...mid': '@s/inner @s/two low other side',
      '!*': '',
      '!*/*': 'docs low mid other side web',
      '!//': ALL,
      '!./packages/**': 'docs web',
    },
    { packages },
  );
});

describe('names', () => {
  check(
    {
      '@s/*': '@s/inner @s/two',
      '@s*': '@s/inner @s/two',
      '@s/**': '@s/inner @s/two',
      '**/inner': '@s/inner',
      '*e*': '@s/inner other side web',
      '*': `// ${ALL}`,
      '***': `// ${ALL}`,
      '//': '//',
      '/*': '//',
      '*//*': '//',
      'api*': '',
      '*MID': '',
      'packages/*': '',
      'w*b': 'web',
      nope: unknown('nope'),
      '!nope': unknown('!nope', 'nope'),
      'nope...': unknown('nope...', 'nope'),
      // A typo is told; there is no short form of a scoped name.
      wbe: unknown('wbe', 'wbe', 'web'),
      inner: unknown('inner', 'inner', '@s/inner'),
      MID: unknown('MID', 'MID', 'mid'),
      'web,docs': unknown('web,docs'),
      'w?b': unknown('w?b', 'w?b', 'web'),
      '^': unknown('^'),
      'mid^': unknown('mid^', 'mid^', 'mid'),
      'web^...[main]': unknown('web^...[main]', 'web^', 'web'),
      'packages/mid': unknown('packages/mid'),
      '/packages/mid': unknown('/packages/mid'),
    },
    { packages, changes: { main: [] } },
  );

  test('only `*` is special in a name', () => {
    const dotted = packagesOf({ 'packages/a.b': {}, 'packages/axb': {}, 'packages/a+b': {} });
    assert.equal(select({ packages: dotted, filters: ['a.*'] }), 'a.b');
    assert.equal(select({ packages: dotted, filters: ['a+*'] }), 'a+b');
  });
});

describe('directories', () => {
  check(
    {
      './apps/*': 'docs web',
      './apps/**': 'docs web',
      './packages/*': 'low mid other side',
      './packages/**': '@s/inner @s/two low mid other side',
      './packages/mid': 'mid',
      './packages/mid/': 'mid',
      './packages//mid': 'mid',
      './packages/low/../mid': 'mid',
      './packages/{mid,low}': 'low mid',
      './packages/m[i]d': 'mid',
      './packages/mi?': 'mid',
      './packages/[!m]*': 'low other side',
      './**/mid': 'mid',
      './**/{mid,low}': 'low mid',
      '{apps/*}': 'docs web',
      '{./apps/*}': 'docs web',
      '{packages/mid/**}': 'mid',
      '{packages/mid/*}': '',
      '{packages/mid/**/*}': '',
      '{packages/**/inner}': '@s/inner',
      '{**/group/*}': '@s/inner @s/two',
      'web{apps/*}': 'web',
      'web{packages/*}': '',
      '*{packages/*}': 'low mid other side',
      // A directory stands for itself, not for what is below.
      './apps': '',
      './apps/': '',
      '{packages}': '',
      '{packages/mid/src}': '',
      // The root, and the globs that mean it too.
      '.': '//',
      './': '//',
      '{.}': '//',
      './*': '//',
      './**': `// ${ALL}`,
      './**/*': `// ${ALL}`,
      './*/**': `// ${ALL}`,
      './*/*': 'docs low mid other side web',
      './?*': '',
      '..': '',
      './packages/mid...': '@s/inner low mid',
      '...{./packages/mid}': 'docs mid web',
      '...^{packages/mid}': 'docs web',
      '{packages/mid}^...': '@s/inner low',
      // `^` after a bare path is not honoured.
      './packages/mid^...': '@s/inner low mid',
      '...^./packages/mid': 'docs mid web',
      './nothere': noDirectory('./nothere', 'nothere'),
      './nothere/*': noDirectory('./nothere/*', 'nothere'),
      '!./nothere': noDirectory('!./nothere', 'nothere'),
      '{apps/nothere}': noDirectory('{apps/nothere}', 'apps/nothere'),
      'web{../apps/*}': noDirectory('web{../apps/*}', '../apps'),
      './***': invalid('./***', 'invalid-directory-glob'),
      './p**': invalid('./p**', 'invalid-directory-glob'),
      './**/**': invalid('./**/**', 'invalid-directory-glob'),
      './@(apps|packages)/*': invalid('./@(apps|packages)/*', 'invalid-directory-glob'),
    },
    { packages, directories: ['packages/mid/src', '..'] },
  );

  test('a leading dot is matched by `*`', () => {
    const hidden = packagesOf({ '.hid': { name: 'hid' }, top: {} });
    assert.equal(select({ packages: hidden, filters: ['./*'] }), '// hid top');
    assert.equal(select({ packages: hidden, filters: ['./t*'] }), 'top');
  });

  test('the disk is asked only about directories that hold no package', () => {
    const asked: string[] = [];
    const directories = { includes: (path: string) => (asked.push(path), true) } as unknown as readonly string[];
    select({ packages, filters: ['./apps/*', './packages', './packages/mid', './scripts/**/x'], directories });
    assert.deepEqual(asked, ['scripts']);
  });
});

describe('at the root a filter has to name something', () => {
  for (const filter of ['...', '......', '^...', '...^', '', '!']) {
    test(`\`${filter}\` is refused`, () => {
      assert.equal(select({ packages, filters: [filter] }), invalid(filter, 'empty'));
    });
  }
});

describe('a repository of one package', () => {
  const single = packagesOf({});
  check(
    {
      '': '//',
      '.': '//',
      '//': '//',
      '*': '//',
      '[HEAD]': '',
      a: unknown('a'),
      '!x': unknown('!x', 'x'),
    },
    { packages: single, kind: 'single', changes: { HEAD: [] } },
  );

  test('it is affected when something changed', () => {
    assert.equal(select({ packages: single, kind: 'single', affected: [] }), '');
    assert.equal(select({ packages: single, kind: 'single', affected: ['//'] }), '//');
  });
});

describe('the kind of the scope', () => {
  const kinds: readonly (readonly [Omit<SelectionFacts, 'packages'>, string])[] = [
    [{}, 'whole'],
    [{ filters: ['!mid'] }, 'remainder'],
    [{ filters: ['!./*'] }, 'remainder'],
    [{ filters: ['!//'] }, 'selection'],
    [{ filters: ['!.'] }, 'selection'],
    [{ filters: ['!*'] }, 'selection'],
    [{ filters: ['!//*'] }, 'selection'],
    [{ filters: ['!mid', '!//'] }, 'selection'],
    [{ filters: ['*'] }, 'selection'],
    [{ filters: ['mid', '!low'] }, 'selection'],
    [{ filters: ['!./**'] }, 'remainder'],
    [{ filters: ['![HEAD]'] }, 'remainder'],
    [{ filters: ['!*[HEAD]'] }, 'selection'],
    [{ filters: ['!mid'], cwd: 'packages' }, 'selection'],
    [{ cwd: 'packages' }, 'selection'],
    [{ cwd: 'packages/mid' }, 'selection'],
    [{ affected: ['mid'] }, 'selection'],
    [{ affected: ['mid'], filters: ['!low'] }, 'selection'],
  ];
  for (const [facts, kind] of kinds) {
    test(`${JSON.stringify(facts)} is ${kind}`, () => {
      const selected = trySelect({ packages, changes: { HEAD: ['//'] }, ...facts });
      assert.equal(selected.ok && selected.value.kind, kind);
    });
  }
});

describe('a filter that selects nothing is told', () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['api*', '', 'no-match'],
    ['./apps', '', 'no-match'],
    ['!packages/*', '', 'no-match'],
    ['./packages/*[HEAD]', '', 'range-after-path'],
    ['../low', 'packages/mid', 'narrowed-to-package'],
    ['web', '', undefined],
    ['{apps/nothing}...[HEAD]', '', 'missing'],
    ['[HEAD]', '', undefined],
    ['mid[HEAD]', '', undefined],
    ['low^...', '', undefined],
  ];
  for (const [filter, cwd, reason] of cases) {
    test(`\`${filter}\`${cwd && ` in ${cwd}`}: ${reason ?? 'no warning'}`, () => {
      const selected = trySelect({ packages, filters: [filter], cwd, changes: { HEAD: [] } });
      assert.ok(selected.ok);
      const missing = { code: 'graph/filter-unknown-directory', filter, directory: 'apps/nothing' };
      const told = reason === 'missing' ? missing : { code: 'graph/empty-filter', filter, reason };
      const expected = reason === undefined ? [] : [told];
      assert.deepEqual(selected.value.warnings, expected);
    });
  }
});
