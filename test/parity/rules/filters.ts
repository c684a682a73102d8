import { refused, repository, type Rule } from './rule.js';

const CONFIG = { tasks: { build: { dependsOn: ['^build'] }, lint: {} } };
const TREE = repository({
  turbo: CONFIG,
  root: { name: 'root' },
  packages: {
    base: {},
    mid: { needs: ['base'] },
    app: { needs: ['mid'] },
    inner: { name: '@s/inner', needs: ['base'] },
    outer: { name: '@s/outer', needs: ['@s/inner', 'mid'] },
    alone: {},
  },
  files: { 'docs/readme': 'r' },
});
const lint = (...filters: readonly string[]): string =>
  ['lint', ...filters.map((each) => `--filter=${each}`)].join(' ');

/** The filter grammar, by names and directories. */
export const FILTER_RULES: readonly Rule[] = [
  {
    name: 'dependencies and dependents',
    tree: TREE,
    calls: [
      lint('mid...'),
      lint('...mid'),
      lint('mid^...'),
      lint('...^mid'),
      lint('...mid...'),
      lint('...^mid^...'),
      'build --filter=mid',
    ],
  },
  {
    name: 'names: exact, globs that cross the slash of a scope, no shorthand',
    tree: TREE,
    calls: [
      lint('@s/*'),
      lint('*e*'),
      lint('*'),
      lint('no*'),
      lint('@s/inner'),
      refused(lint('inner')),
      refused(lint('nope')),
      refused(lint('!nope')),
      refused(lint('a,b')),
      refused(lint('root')),
    ],
  },
  {
    name: 'exclusions win whatever their order; only exclusions start from all',
    tree: TREE,
    calls: [
      lint('!mid', 'mid...'),
      lint('mid...', '!base'),
      lint('!@s/*'),
      lint('!...mid'),
      lint('!*'),
      lint('app', 'alone'),
    ],
  },
  {
    name: 'directories: ./ and ../ from the current one, braces, globs',
    tree: TREE,
    calls: [
      lint('./packages/mid'),
      lint('./packages'),
      lint('./packages/*'),
      lint('./packages/**'),
      lint('{packages/*}'),
      lint('{./packages/mid}...'),
      lint('...{packages/base}'),
      lint('@s/*{packages/*}'),
      lint('packages/*'),
      lint('./docs'),
      lint('.'),
      lint('//'),
      refused(lint('./nope')),
      { args: lint('../mid'), cwd: 'packages/app' },
    ],
  },
  {
    name: 'inside a package or a folder of packages',
    tree: TREE,
    calls: [
      { args: 'lint', cwd: 'packages/mid' },
      { args: 'build', cwd: 'packages' },
      { args: lint('...'), cwd: 'packages/mid' },
      { args: lint('!base'), cwd: 'packages/mid' },
      { args: lint('app'), cwd: 'packages/mid' },
      { args: 'mid#lint', cwd: 'packages/app' },
    ],
  },
  {
    name: 'what is no filter',
    tree: TREE,
    calls: ['[]', '{}', '...', '......[x]', '[HEAD...]', '[nope]'].map((text) => refused(lint(text))),
  },
];
