import { refused, repository, type RepositoryFacts, type Rule } from './rule.js';

const TASKS = { build: { dependsOn: ['^build'] } };
type Manager = NonNullable<RepositoryFacts['manager']>;

/** Every way to name a workspace package in `dependencies`; `lib` is 1.2.0. */
const SPECIFIERS = {
  'workspace-star': { dependencies: { lib: 'workspace:*' } },
  'workspace-unsatisfied': { dependencies: { lib: 'workspace:^9' } },
  star: { dependencies: { lib: '*' } },
  satisfied: { devDependencies: { lib: '^1.0.0' } },
  unsatisfied: { dependencies: { lib: '^2.0.0' } },
  latest: { dependencies: { lib: 'latest' } },
  file: { dependencies: { lib: 'file:../lib' } },
  link: { optionalDependencies: { lib: 'link:../lib' } },
  alias: { dependencies: { other: 'npm:lib@1.2.0' } },
  catalog: { dependencies: { lib: 'catalog:' } },
  peer: { peerDependencies: { lib: '*' } },
  'peer-and-dev': { peerDependencies: { lib: '*' }, devDependencies: { lib: '*' } },
  unversioned: { dependencies: { bare: '^1.0.0' } },
  git: { dependencies: { lib: 'github:x/lib' } },
};

const linking = (manager: Manager, rest: Partial<RepositoryFacts> = {}): RepositoryFacts => ({
  turbo: { tasks: TASKS },
  manager,
  packages: { lib: { version: '1.2.0' }, bare: { version: undefined }, ...SPECIFIERS },
  ...rest,
});

/** Which packages there are, and which of their dependencies are internal. */
export const PACKAGE_RULES: readonly Rule[] = [
  ...(['npm', 'yarn', 'berry', 'bun', 'pnpm'] as const).map((manager) => ({
    name: `specifiers that link with ${manager}`,
    tree: repository(linking(manager)),
    calls: ['build'],
  })),
  {
    name: 'pnpm links ranges when it is told to, and before version 9',
    tree: repository(linking('pnpm', { files: { '.npmrc': 'link-workspace-packages=true\n' } })),
    calls: ['build'],
  },
  {
    name: 'pnpm 8 links ranges',
    tree: repository(linking('pnpm', { root: { packageManager: 'pnpm@8.15.0' } })),
    calls: ['build'],
  },
  {
    name: 'Yarn without transparent workspaces links workspace: only',
    tree: repository(linking('berry', { files: { '.yarnrc.yml': 'enableTransparentWorkspaces: false\n' } })),
    calls: ['build'],
  },
  {
    name: 'globs with negations, node_modules left out, nameless packages left out',
    tree: repository({
      turbo: { tasks: TASKS },
      manager: 'npm',
      root: { workspaces: { packages: ['packages/**', '!packages/skipped', './apps/*'] } },
      packages: {
        a: {},
        skipped: {},
        'deep/er': { name: 'er' },
        'a/node_modules/x': { name: 'x' },
        nameless: { name: undefined },
      },
      files: { 'apps/web/package.json': { json: { name: '@s/web', dependencies: { a: '*' } } } },
    }),
    calls: ['build', 'build --filter=@s/*', refused('build --filter=web')],
  },
  {
    name: 'two packages of one name are refused',
    tree: repository({ turbo: { tasks: TASKS }, packages: { a: {}, b: { name: 'a' } } }),
    calls: [refused('build')],
  },
  {
    name: 'a broken package.json is refused',
    tree: repository({ turbo: { tasks: TASKS }, files: { 'packages/b/package.json': '{' } }),
    calls: [refused('build')],
  },
  {
    name: 'no packageManager field is a known difference',
    tree: repository({ turbo: { tasks: TASKS }, manager: 'npm', root: { packageManager: undefined } }),
    calls: [refused('build')],
  },
  {
    name: 'a patch that is missing is a known difference',
    tree: repository({
      turbo: { tasks: TASKS },
      manager: 'bun',
      packages: { a: { dependencies: { x: '1.0.0' } } },
      root: { patchedDependencies: { 'x@1.0.0': 'patches/x@1.0.0.patch' } },
      files: {
        'bun.lock': {
          json: {
            lockfileVersion: 1,
            workspaces: {
              '': { name: 'root' },
              'packages/a': { name: 'a', version: '1.0.0', dependencies: { x: '1.0.0' } },
            },
            patchedDependencies: { 'x@1.0.0': 'patches/x@1.0.0.patch' },
            packages: { a: ['a@workspace:packages/a'], x: ['x@1.0.0', '', {}, 'sha512-x'] },
          },
        },
      },
    }),
    calls: [refused('build')],
  },
  {
    name: 'a repository of one package',
    tree: {
      'package.json': { json: { name: 'one', packageManager: 'npm@10.8.2', scripts: { build: 'echo', test: 'echo' } } },
      'package-lock.json': '{"lockfileVersion":3,"packages":{}}',
      'turbo.json': { json: { tasks: { build: { outputs: ['dist/**'] }, test: { dependsOn: ['build'] }, none: {} } } },
      'src/x': 'x',
    },
    calls: ['build', 'test', 'none', refused('nope'), 'test --only', 'test -- a'],
  },
  {
    name: 'the workspace may lie below the top of the git repository, and nested packages are part of the outer one',
    tree: Object.fromEntries([
      ...Object.entries(
        repository({
          turbo: { tasks: { build: {} } },
          manager: 'npm',
          root: { workspaces: ['packages/**'] },
          packages: { a: {}, 'a/inner': { name: 'inner' } },
          files: { 'packages/a/x': 'x', 'packages/a/inner/y': 'y' },
        }),
      ).map(([path, file]) => [`sub/${path}`, file] as const),
      ['outside.txt', 'o'],
    ]),
    calls: [
      { args: 'build', cwd: 'sub' },
      { args: 'build --filter=[HEAD]', cwd: 'sub' },
    ],
  },
];
