import { refused, repository, type Rule } from './rule.js';

const CHAIN = { a: { scripts: ['build', 'lint'] }, b: { needs: ['a'], scripts: [] }, c: { needs: ['b'] } };
const TASKS = {
  build: { dependsOn: ['^build'] },
  lint: {},
  test: { dependsOn: ['build'] },
  topo: { dependsOn: ['^topo'] },
  'a#special': {},
  dev: { persistent: true, cache: false },
};

/** Which tasks a run has, and their edges. */
export const TASK_RULES: readonly Rule[] = [
  {
    name: 'every package is an entry point, with a script or without; nodes without one keep their edges',
    tree: repository({ turbo: { tasks: TASKS }, packages: CHAIN }),
    calls: ['build', 'lint', 'test', 'topo', 'build lint test', 'build --only', 'test --only', 'build --filter=c'],
  },
  {
    name: 'a script alone is no task; a task of one package exists there alone',
    tree: repository({ turbo: { tasks: TASKS }, packages: { ...CHAIN, d: { scripts: ['only'] } } }),
    calls: [
      refused('only'),
      'special',
      'special --filter=b',
      'a#special',
      refused('b#special'),
      'a#build c#lint',
      'a#build lint',
    ],
  },
  {
    name: 'an empty script is none, blanks are one',
    tree: repository({
      turbo: { tasks: { build: {} } },
      packages: { a: { scripts: { build: '' } }, b: { scripts: { build: '  ' } } },
    }),
    calls: ['build'],
  },
  {
    name: 'pkg#task and //#task are pulled in out of the filter',
    tree: repository({
      turbo: {
        tasks: { build: {}, lint: { dependsOn: ['a#build', '//#prep'] }, '//#prep': { dependsOn: ['c#build'] } },
      },
      packages: CHAIN,
      root: { scripts: { prep: 'echo', build: 'turbo run build' } },
    }),
    calls: ['lint --filter=b', 'lint', 'build', 'prep', '//#prep'],
  },
  {
    name: 'unknown names in dependsOn are refused, for ^ as soon as a package has a dependency',
    tree: repository({
      turbo: {
        tasks: {
          x: { dependsOn: ['nope'] },
          y: { dependsOn: ['^nope'] },
          z: { dependsOn: ['nopkg#build'] },
          w: { dependsOn: ['//#w2'] },
        },
      },
      packages: { a: {}, b: { needs: ['a'] } },
    }),
    calls: [refused('x'), refused('y'), refused('z'), refused('w'), 'y --filter=a'],
  },
  {
    name: 'a persistent task with a script cannot be depended on, one without can',
    tree: repository({
      turbo: { tasks: { ...TASKS, after: { dependsOn: ['dev'] } } },
      packages: { a: { scripts: ['dev', 'after'] }, b: { scripts: ['after'] } },
    }),
    calls: [refused('after'), 'after --filter=b', 'dev', 'after --parallel', 'after lint --filter=tag:none'],
  },
  {
    name: 'a cycle of packages is fine, a cycle of tasks is not',
    tree: repository({
      turbo: { tasks: TASKS },
      packages: { a: { needs: ['b'] }, b: { needs: ['a'] }, c: { needs: ['c'] } },
    }),
    calls: ['lint', refused('build'), refused('topo'), refused('build --filter=c')],
  },
  {
    name: 'siblings are added without an edge, out of the filter if need be',
    tree: repository({
      turbo: { tasks: { dev: { with: ['api', 'b#dev2'], persistent: true, cache: false }, api: {}, dev2: {} } },
      packages: { a: { scripts: ['dev', 'api'] }, b: { scripts: ['dev2'] } },
    }),
    calls: ['dev --filter=a', 'dev', 'dev --only --filter=a', 'api'],
  },
  {
    name: 'task names may have colons and slashes',
    tree: repository({
      turbo: { tasks: { 'build:all': { dependsOn: ['^build:all'] }, 'a/b': {} } },
      packages: { a: { scripts: ['build:all', 'a/b'] }, b: { needs: ['a'], scripts: ['build:all'] } },
    }),
    calls: ['build:all a/b', 'a#build:all'],
  },
  {
    name: 'flags that change nothing, arguments that every task is shown with',
    tree: repository({ turbo: { tasks: TASKS }, packages: CHAIN }),
    calls: [
      'build --force --concurrency=2 --continue --no-cache',
      'test -- --flag a',
      'build --parallel',
      refused('build --cache=local:r --force'),
      refused('build --env-mode=loose --env-mode=strict'),
      refused('build --only --only'),
    ],
  },
  {
    name: 'cycles through a pkg#task edge',
    tree: repository({
      turbo: { tasks: { build: { dependsOn: ['^build'] }, 'a#build': { dependsOn: ['b#build'] } } },
      packages: { a: {}, b: { needs: ['a'] } },
    }),
    calls: [refused('build')],
  },
];

/** When the root package and its tasks take part. */
export const ROOT_RULES: readonly Rule[] = [
  {
    name: 'a single package, from its root and from below',
    tree: repository({
      turbo: { tasks: { build: {}, lint: { dependsOn: ['build'] } } },
      root: { scripts: { build: 'echo', lint: 'echo' } },
      files: { 'src/x': 'x' },
    }),
    calls: ['lint --single-package', { args: 'lint --single-package', cwd: 'src' }],
  },
  {
    name: 'root scripts run only through a //# key, beside a generic one of the same name',
    tree: repository({
      turbo: { tasks: { build: {}, lint: {}, '//#lint': {}, '//#check': { outputs: ['x'] } } },
      packages: { a: { scripts: ['build', 'lint'] } },
      root: { scripts: { build: 'turbo run build', lint: 'echo', check: 'echo' } },
      files: { 'README.md': 'r', 'packages/a/src/x': 'x' },
    }),
    calls: [
      'build',
      'lint',
      'check',
      'build check',
      '//#check',
      'lint --filter=//',
      'build --filter=.',
      'lint --filter=a',
      'lint --filter=!a',
      'lint --filter=*',
      '//#build',
      'lint //#build',
    ],
  },
];
