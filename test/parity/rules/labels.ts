import type { TestWorkspace, Tree } from '../../rig/workspace.js';
import { refused, repository, type Rule } from './rule.js';

const PACKAGES = {
  a: { scripts: ['build', 'test', 'gen'], needs: ['b'] },
  b: { scripts: ['build', 'test'] },
  c: { scripts: ['build', 'test'] },
  d: { scripts: ['build', 'test'], needs: ['c'] },
};
const of = (value: unknown) => ({ json: { extends: ['//'], ...(value as object) } });

/** A package label on b and c, task labels at the root and in packages, root tasks. */
function labelled(futureFlags: Readonly<Record<string, boolean>>): Tree {
  return repository({
    turbo: {
      futureFlags,
      tags: ['rootish'],
      tasks: {
        gen: { tags: ['genny'] },
        build: { dependsOn: ['^build'], tags: ['b'] },
        test: { dependsOn: ['build'], tags: ['ci', 'slow'] },
        'c#test': { tags: ['fast'] },
        '//#test': { tags: ['ci'] },
      },
    },
    packages: PACKAGES,
    root: { scripts: { test: 'echo' } },
    files: {
      'packages/b/turbo.json': of({ tags: ['lib'], tasks: { test: { tags: ['$TURBO_EXTENDS$', 'front'] } } }),
      'packages/c/turbo.json': of({ tags: ['lib', 'ci...', 'd'] }),
      'packages/d/turbo.json': of({ tasks: { build: { tags: [] } } }),
    },
  });
}

const edit = (workspace: TestWorkspace) => workspace.write({ 'packages/b/new.txt': 'n' });
const test = (...filters: readonly string[]): string =>
  ['test', ...filters.map((each) => `--filter=${each}`)].join(' ');

/** Filters that are about tasks: `tag:`, and every filter under `filterUsingTasks`. */
export const LABEL_RULES: readonly Rule[] = [
  {
    name: 'labels of packages and tasks',
    tree: labelled({}),
    calls: [
      ...['ci', 'slow', 'nope', 'lib', 'front', 'fast', 'b', 'rootish', 'd', 'CI', 'c*', '"ci"', '"ci..."'].map(
        (label) => test(`tag:${label}`),
      ),
      ...['ci{./packages/a}', 'lib{./packages/c}', 'lib{./nope}'].map((label) => test(`tag:${label}`)),
      'build --filter=tag:lib',
      'gen build --filter=tag:genny',
      'a#test --filter=tag:lib',
      'test a#gen --filter=tag:fast',
      ...['', '{./packages/a}', '"x'].map((label) => refused(test(`tag:${label}`))),
    ],
  },
  {
    name: 'labels: dependencies and dependents are those of tasks; exclusions, other filters, --only',
    tree: labelled({}),
    calls: [
      ...['...tag:lib', 'tag:front...', 'tag:front^...', '...^tag:b', '...^tag:lib...', '!tag:slow', '!tag:ci...'].map(
        (each) => test(each),
      ),
      test('a', 'tag:fast'),
      test('a...', 'tag:nope'),
      test('c', 'tag:nope'),
      test('tag:lib', '!b'),
      test('!tag:lib', '!a'),
      refused(test('nope', 'tag:ci')),
      `${test('tag:ci')} --only`,
      { args: test('tag:lib'), cwd: 'packages/a' },
      { args: test('!tag:lib'), cwd: 'packages/a' },
    ],
  },
  {
    name: 'labels with changes: inputs of tasks for a range, packages for --affected',
    tree: labelled({}),
    prepare: edit,
    calls: [
      ...['tag:ci[HEAD]', '...tag:lib[HEAD]', 'tag:ci...[HEAD]', 'tag:ci[HEAD...HEAD]'].map((each) => test(each)),
      test('[HEAD]', 'tag:nope'),
      ...['tag:lib', 'tag:ci', '!tag:lib'].map((each) => `${test(each)} --affected`),
      refused(test('tag:ci[nope]')),
    ],
  },
  {
    name: 'futureFlags.filterUsingTasks: every filter is about tasks',
    tree: labelled({ filterUsingTasks: true }),
    prepare: edit,
    calls: [
      ...['c', 'a...', '...b', 'a^...', '...^b', '//', '*', '!c', './packages/c', '...c...', 'tag:ci'].map((each) =>
        test(each),
      ),
      ...['[HEAD]', '...[HEAD]', 'b[HEAD]', 'a...[HEAD]', '![HEAD]'].map((each) => test(each)),
      'test',
      'test --affected',
      'a#test --filter=c',
      `${test('a...')} --only`,
      refused(test('nope')),
    ],
  },
];
