import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageSelector } from '../../src/index.js';
import { parseFilter } from '../../src/index.js';
import { describeFailure } from '../rig.js';

/** What differs from a selector that names nothing. */
type Expected = Partial<Omit<PackageSelector, 'text'>>;

const NOTHING: Omit<PackageSelector, 'text'> = {
  exclude: false,
  name: undefined,
  directory: undefined,
  isBarePath: false,
  range: undefined,
  tag: undefined,
  matchDependencies: false,
  includeDependents: false,
  includeDependencies: false,
  excludeSelf: false,
};

const since = (from: string) => ({ kind: 'work-tree', from }) as const;
const path = (directory: string): Expected => ({ directory, isBarePath: true });

const valid: Readonly<Record<string, Expected>> = {
  web: { name: 'web' },
  '!web': { name: 'web', exclude: true },
  '!!web': { name: '!web', exclude: true },
  '@s/*': { name: '@s/*' },
  '//': { name: '//' },
  'a,b': { name: 'a,b' },
  'apps/*': { name: 'apps/*' },
  'mid.web': { name: 'mid.web' },
  '.mid': { name: '.mid' },
  '^': { name: '^' },
  'mid^': { name: 'mid^' },
  'web...': { name: 'web', includeDependencies: true },
  'web^...': { name: 'web', includeDependencies: true, excludeSelf: true },
  '...web': { name: 'web', includeDependents: true },
  '...^web': { name: 'web', includeDependents: true, excludeSelf: true },
  '...web...': { name: 'web', includeDependents: true, includeDependencies: true },
  '...^web^...': { name: 'web', includeDependents: true, includeDependencies: true, excludeSelf: true },
  '...^^web': { name: '^web', includeDependents: true, excludeSelf: true },
  '....web': { name: '.web', includeDependents: true },
  'web....': { name: 'web.', includeDependencies: true },
  '...': { includeDependencies: true },
  '......': { includeDependencies: true, includeDependents: true },
  '^...': { includeDependencies: true, excludeSelf: true },
  '...^': { includeDependents: true, excludeSelf: true },
  '': {},
  '!': { exclude: true },
  '.': path('.'),
  './': path('./'),
  '..': path('..'),
  '../low': path('../low'),
  './apps/*': path('./apps/*'),
  './apps/*...': { ...path('./apps/*'), includeDependencies: true },
  '....': { ...path('.'), includeDependencies: true },
  '.....': { ...path('..'), includeDependencies: true },
  'tag:ci': { tag: 'ci' },
  '!tag:a b': { tag: 'a b', exclude: true },
  'tag:ci*': { tag: 'ci*' },
  'tag:"ci..."': { tag: 'ci...' },
  '...^tag:"a{b}[c]\\""...': { tag: 'a{b}[c]"', includeDependents: true, includeDependencies: true, excludeSelf: true },
  'tag:ci{./apps/*}[HEAD^1]...': {
    tag: 'ci',
    directory: './apps/*',
    range: since('HEAD^1'),
    includeDependencies: true,
  },
  'tag:ci...[main]': { tag: 'ci', range: since('main'), matchDependencies: true },
  '[main..topic]': { range: { kind: 'difference', from: 'main', to: 'topic' } },
  // `^` is not honoured next to a bare path.
  '...^./apps/web': { ...path('./apps/web'), includeDependents: true },
  './apps/web^...': { ...path('./apps/web'), includeDependencies: true },
  // Only braces combine with a range: this is one odd path.
  './packages/*[HEAD^1]': path('./packages/*[HEAD^1]'),
  './packages/{a,b}': path('./packages/{a,b}'),
  '.\\apps\\*': path('./apps/*'),
  '{apps/*}': { directory: 'apps/*' },
  '{./apps/*}': { directory: './apps/*' },
  '{.}...': { directory: '.', includeDependencies: true },
  '...^{apps/*}': { directory: 'apps/*', includeDependents: true, excludeSelf: true },
  'w*{apps/*}': { name: 'w*', directory: 'apps/*' },
  '[main]': { range: since('main') },
  '[HEAD^1]': { range: since('HEAD^1') },
  '[origin/main...HEAD]': { range: { kind: 'commits', from: 'origin/main', to: 'HEAD' } },
  '...[main]': { range: since('main'), includeDependents: true },
  '[main]...': { range: since('main'), includeDependencies: true },
  '...^[main]': { range: since('main'), includeDependents: true, excludeSelf: true },
  '![main]': { range: since('main'), exclude: true },
  'web[main]': { name: 'web', range: since('main') },
  '{apps/*}[main]': { directory: 'apps/*', range: since('main') },
  'w*{apps/*}[main]': { name: 'w*', directory: 'apps/*', range: since('main') },
  'web...[main]': { name: 'web', range: since('main'), matchDependencies: true },
  '{apps/*}...[main]': { directory: 'apps/*', range: since('main'), matchDependencies: true },
  '...web...[main]': { name: 'web', range: since('main'), matchDependencies: true, includeDependents: true },
  'web...[main]...': { name: 'web', range: since('main'), matchDependencies: true, includeDependencies: true },
  // The `^` is a part of the name here: no such package, an error where names are known.
  'web^...[main]': { name: 'web^', range: since('main'), matchDependencies: true },
};

for (const [text, expected] of Object.entries(valid)) {
  test(`\`${text}\` is parsed`, () => {
    const parsed = parseFilter(text);
    assert.deepEqual(parsed, { ok: true, value: { text, ...NOTHING, ...expected } });
  });
}

const invalid: Readonly<Record<string, string>> = {
  '[]': 'invalid-range',
  'web[]': 'invalid-range',
  '[a...]': 'invalid-range',
  '[...b]': 'invalid-range',
  '[a...b...c]': 'invalid-range',
  'tag:': 'invalid-tag',
  'tag:{./apps}': 'invalid-tag',
  'tag:"x': 'invalid-tag',
  'tag:"x"y': 'invalid-tag',
  'tag:a]': 'invalid-tag',
  'tag:a[]': 'invalid-range',
  '[a..]': 'invalid-range',
  '[..b]': 'invalid-range',
  '[a..-b]': 'invalid-range',
  '[--output=x]': 'invalid-range',
  '[a...-b]': 'invalid-range',
  '{}': 'empty-directory',
  'web{}': 'empty-directory',
  '{/tmp}': 'absolute-directory',
  '{C:\\x}': 'absolute-directory',
  '......[x]': 'dependencies-of-nothing',
  '!......[x]': 'dependencies-of-nothing',
  'web{apps': 'stray-bracket',
  'web}': 'stray-bracket',
  'web[main': 'stray-bracket',
  '[main]web': 'stray-bracket',
  '[main]{apps/*}': 'stray-bracket',
  '{apps/*}web': 'stray-bracket',
  'web{a}{b}': 'stray-bracket',
  'web[a][b]': 'stray-bracket',
  '{apps/{a,b}}': 'stray-bracket',
  '{apps/*}^...[main]': 'stray-bracket',
  '....{.}': 'stray-bracket',
};

for (const [text, problem] of Object.entries(invalid)) {
  test(`\`${text}\` is refused: ${problem}`, () => {
    const parsed = parseFilter(text);
    assert.equal(parsed.ok, false);
    assert.equal(
      describeFailure(parsed.ok ? {} : parsed.failure),
      `graph/invalid-filter filter=${text} problem=${problem}`,
    );
  });
}
