import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SelectionFacts } from '../rig.js';
import { packagesOf, select, trySelect } from '../rig.js';

/** The workspace of most tables: two applications on a small tree of packages. */
const packages = packagesOf({
  'apps/web': { deps: ['mid', 'side'] },
  'apps/docs': { deps: ['mid', 'other'] },
  'packages/mid': { deps: ['low', '@s/inner'] },
  'packages/low': {},
  'packages/side': {},
  'packages/other': {},
  'packages/group/inner': { name: '@s/inner' },
  'packages/group/two': { name: '@s/two', deps: ['low'] },
});

const ALL = '@s/inner @s/two docs low mid other side web';

/** Filters (separated by blanks) -> what they select: seen in output of Turborepo 2.11.11, words of errors apart. */
type Table = Readonly<Record<string, string>>;

function check(table: Table, facts: Omit<SelectionFacts, 'filters'>): void {
  for (const [filters, expected] of Object.entries(table)) {
    test(`${filters === '' ? 'no filter' : `\`${filters}\``} selects ${expected === '' ? 'nothing' : expected}`, () => {
      assert.equal(select({ ...facts, filters: filters.split(' ').filter((filter) => filter !== '') }), expected);
    });
  }
}

const unknown = (filter: string, name = filter, nearest = '') =>
  `graph/filter-unknown-package filter=${filter} package=${name}${nearest && ` nearest=${nearest}`}`;
const invalid = (filter: string, problem: string) => `graph/invalid-filter filter=${filter} problem=${problem}`;
const noDirectory = (filter: string, directory: string) =>
  `graph/filter-unknown-directory filter=${filter} directory=${directory}`;

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

describe('dependencies and dependents', () => {
  check(
    {
      'mid...': '@s/inner low mid',
      '...mid': 'docs mid web',
      'mid^...': '@s/inner low',
      '...^mid': 'docs web',
      // Both ways: what the dependents need comes along, and with it what `^` left out.
      '...mid...': '@s/inner docs low mid other side web',
      '...^mid^...': '@s/inner docs low mid other side web',
      '...^mid...': '@s/inner docs low mid other side web',
      '...mid^...': '@s/inner docs low mid other side web',
      'w*...': '@s/inner low mid side web',
      '@s/*...': '@s/inner @s/two low',
      // `^` over many: one is left out only if no other brings it in.
      '*^...': '@s/inner low mid other side',
      '...^*': '@s/two docs mid web',
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
});

describe('at the root a filter has to name something', () => {
  for (const filter of ['...', '......', '^...', '...^', '', '!']) {
    test(`\`${filter}\` is refused`, () => {
      assert.equal(select({ packages, filters: [filter] }), invalid(filter, 'empty'));
    });
  }
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

describe('what the root package depends on, everything depends on', () => {
  const rooted = packagesOf({
    '': { deps: ['a'] },
    'packages/a': { deps: ['b'] },
    'packages/b': {},
    'packages/c': { deps: ['b'] },
    'packages/d': {},
    'packages/e': { deps: ['d'] },
  });
  check(
    {
      '': 'a b c d e',
      '//...': '// a b',
      '//^...': 'a b',
      '...//': '//',
      '...b': '// a b c d e',
      '...^b': '// a c d e',
      '...a': '// a b c d e',
      '...^a': '// b c d e',
      '...d': 'd e',
      '...^d': 'e',
      '...e': 'e',
      'b...': 'a b',
      'd...': 'a b d',
      'e...': 'a b d e',
      '*...': '// a b c d e',
    },
    { packages: rooted },
  );
});

describe('package cycles', () => {
  const cyclic = packagesOf({
    'packages/a': { deps: ['b'] },
    'packages/b': { deps: ['c'] },
    'packages/c': { deps: ['a'] },
    'packages/self': { deps: ['self'] },
  });
  check(
    {
      'a...': 'a b c',
      'a^...': 'b c',
      '...^a': 'b c',
      'self...': 'self',
      'self^...': '',
      // Two on one cycle bring in each other.
      'a^... b^...': 'a b c',
      '*^...': 'a b c',
    },
    { packages: cyclic },
  );
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
    [{ cwd: 'packages' }, 'selection'],
    [{ cwd: 'packages/mid' }, 'selection'],
    [{ affected: ['mid'] }, 'selection'],
    [{ affected: ['mid'], filters: ['!low'] }, 'selection'],
  ];
  for (const [facts, kind] of kinds) {
    test(`${JSON.stringify(facts)} is ${kind}`, () => {
      const selected = trySelect({ packages, ...facts });
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
    ['[HEAD]', '', undefined],
    ['mid[HEAD]', '', undefined],
    ['low^...', '', undefined],
  ];
  for (const [filter, cwd, reason] of cases) {
    test(`\`${filter}\`${cwd && ` in ${cwd}`}: ${reason ?? 'no warning'}`, () => {
      const selected = trySelect({ packages, filters: [filter], cwd, changes: { HEAD: [] } });
      assert.ok(selected.ok);
      const expected = reason === undefined ? [] : [{ code: 'graph/empty-filter', filter, reason }];
      assert.deepEqual(selected.value.warnings, expected);
    });
  }
});
