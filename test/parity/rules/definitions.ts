import { refused, repository, type Rule } from './rule.js';

const FULL = {
  outputs: ['dist/**', '!dist/x'],
  env: ['A'],
  inputs: ['src/**'],
  dependsOn: ['^build'],
  passThroughEnv: ['P'],
  cache: false,
  outputLogs: 'new-only',
};
const FILES = { 'packages/a/src/x': 'x', 'packages/b/src/x': 'x', 'packages/b/y': 'y' };
const packageConfig = (tasks: unknown, rest: object = {}) => ({
  'packages/b/turbo.json': { json: { extends: ['//'], tasks, ...rest } },
});
const ENV = { A: '1', B: '2', P: '3', Q: '' };

/** How the definition of a task comes about. */
export const DEFINITION_RULES: readonly Rule[] = [
  {
    name: 'pkg#task in the root replaces the generic task as a whole',
    tree: repository({
      turbo: { tasks: { build: FULL, 'b#build': { outputs: ['out/**'] } } },
      packages: { a: {}, b: { needs: ['a'] } },
      files: FILES,
    }),
    calls: ['build'],
  },
  {
    name: 'the configuration of a package merges key by key; a key that is there replaces',
    tree: repository({
      turbo: { tasks: { build: FULL, lint: FULL, 'b#lint': { env: ['Z'] } } },
      packages: { a: {}, b: { needs: ['a'] } },
      files: { ...FILES, ...packageConfig({ build: { outputs: [], env: ['B'] }, lint: { cache: true }, own: {} }) },
    }),
    calls: [{ args: 'build lint', env: ENV }, 'own', 'own --filter=a'],
  },
  {
    name: '$TURBO_EXTENDS$ keeps what is inherited',
    tree: repository({
      turbo: { tasks: { build: FULL, prep: {} } },
      packages: { a: {}, b: { needs: ['a'] } },
      files: {
        ...FILES,
        ...packageConfig({
          build: {
            outputs: ['$TURBO_EXTENDS$', 'more/**'],
            env: ['$TURBO_EXTENDS$', 'B', 'A'],
            inputs: ['y', '$TURBO_EXTENDS$'],
            dependsOn: ['$TURBO_EXTENDS$', 'prep'],
            passThroughEnv: ['$TURBO_EXTENDS$', 'Q', 'P'],
          },
        }),
      },
    }),
    calls: [{ args: 'build', env: ENV }],
  },
  {
    name: '"extends": false takes a task out of a package, or starts it anew',
    tree: repository({
      turbo: { tasks: { build: { dependsOn: ['^build'] }, lint: FULL, test: { dependsOn: ['^build', 'lint'] } } },
      packages: { a: {}, b: { needs: ['a'] }, c: { needs: ['b'] } },
      files: { ...FILES, ...packageConfig({ build: { extends: false }, lint: { extends: false, outputs: ['o'] } }) },
    }),
    calls: ['build', 'lint', 'test', 'b#build'],
  },
  {
    name: 'a package may extend another one, between the root and its own',
    tree: repository({
      turbo: { tasks: { build: FULL } },
      packages: { a: {}, b: {} },
      files: {
        'packages/a/turbo.json': {
          json: { extends: ['//'], tasks: { build: { outputs: ['a/**'], env: ['FROM_A'] } } },
        },
        'packages/b/turbo.json': {
          json: { extends: ['//', 'a'], tasks: { build: { env: ['$TURBO_EXTENDS$', 'B'] } } },
        },
      },
    }),
    calls: ['build'],
  },
  {
    name: 'outputs: null rather than empty, exclusions apart, nothing normalized',
    tree: repository({
      turbo: {
        tasks: {
          none: {},
          empty: { outputs: [] },
          mixed: { outputs: ['./d', 'e/', '!x', '../y/**', '$TURBO_ROOT$/c', '!$TURBO_ROOT$/d', 'b', 'a'] },
          only: { outputs: ['!x'] },
        },
      },
      packages: { a: { scripts: [] } },
    }),
    calls: ['none empty mixed only'],
  },
  {
    name: 'persistent does not imply cache: false; every default',
    tree: repository({
      turbo: {
        tasks: {
          a: { persistent: true },
          b: { persistent: true, interruptible: true },
          c: { interactive: true, cache: false },
          d: { outputLogs: 'none', passThroughEnv: [] },
        },
      },
      packages: { x: { scripts: ['a', 'b', 'c', 'd'] } },
    }),
    calls: ['a b c d'],
  },
  {
    name: 'turbo.jsonc, comments and trailing commas',
    tree: {
      ...repository({ turbo: {}, packages: { a: {} } }),
      'turbo.json': '{\n  // why\n  "tasks": { "build": { "outputs": ["d",], }, },\n}\n',
      'packages/a/turbo.jsonc': '{ "extends": ["//"], /* c */ "tasks": { "build": { "cache": false } } }\n',
    },
    calls: ['build'],
  },
  ...refusedConfigurations(),
  {
    name: 'a mistake in the configuration of what takes no part is a known difference',
    tree: repository({
      turbo: { tasks: { build: {} } },
      packages: { a: {}, b: {} },
      files: { 'packages/b/turbo.json': { json: { extends: ['//', 'a'], tasks: { build: {} } } } },
    }),
    calls: ['build --filter=a', refused('build')],
  },
  {
    name: 'global.inputs are inputs of tasks that use the default set',
    tree: repository({
      turbo: {
        futureFlags: { globalConfiguration: true },
        global: { inputs: ['root.txt', 'cfg/*'], env: ['G'] },
        tasks: { build: {}, lint: { inputs: ['src/**'] }, test: { inputs: ['$TURBO_DEFAULT$', '!y'] } },
      },
      packages: { a: { scripts: ['build', 'lint'] }, b: { scripts: ['build', 'lint', 'test'] } },
      files: { ...FILES, 'root.txt': 'r', 'cfg/c': 'c' },
    }),
    calls: [{ args: 'build lint test', env: { G: '1' } }],
  },
];

function refusedConfigurations(): readonly Rule[] {
  const package_ = (json: unknown) => ({ 'packages/a/turbo.json': { json } });
  const cases: Readonly<Record<string, Parameters<typeof repository>[0]>> = {
    'extends without //': { turbo: { tasks: { build: {} } }, files: package_({ tasks: { build: {} } }) },
    'pkg#task in a package': {
      turbo: { tasks: { build: {} } },
      files: package_({ extends: ['//'], tasks: { 'a#build': {} } }),
    },
    'turbo.json and turbo.jsonc': { turbo: { tasks: { build: {} } }, files: { 'turbo.jsonc': '{}' } },
    'pipeline instead of tasks': { turbo: { pipeline: { build: {} } } },
    'globalDotEnv, which is gone': { turbo: { globalDotEnv: ['.env'], tasks: { build: {} } } },
    'dotEnv, which is gone': { turbo: { tasks: { build: { dotEnv: ['.env'] } } } },
    'outputMode, which is gone': { turbo: { tasks: { build: { outputMode: 'none' } } } },
    'a variable in dependsOn': { turbo: { tasks: { build: { dependsOn: ['$A'] } } } },
    'a variable with $ in env': { turbo: { tasks: { build: { env: ['$A'] } } } },
    'an absolute output': { turbo: { tasks: { build: { outputs: ['/x'] } } } },
    'interruptible without persistent': { turbo: { tasks: { build: { interruptible: true } } } },
    'interactive and cached': { turbo: { tasks: { build: { interactive: true } } } },
    'a number for concurrency': { turbo: { concurrency: 3, tasks: { build: {} } } },
    'an unknown key (a known difference)': { turbo: { tasks: { build: { later: 1 } } } },
    'a wrong type': { turbo: { tasks: { build: { cache: 'no' } } } },
  };
  return Object.entries(cases).map(([name, facts]) => ({
    name: `refused: ${name}`,
    tree: repository(facts),
    calls: [refused('build')],
  }));
}
