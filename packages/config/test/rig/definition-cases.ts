import type { PackageLiteral } from './definitions.js';

/** An output spec without exclusions. */
export const outputs = (...include: string[]) => ({ include, exclude: [] });
const inputs = (includeDefault: boolean, include: string[], exclude: string[] = []) => ({
  includeDefault,
  include,
  exclude,
});
/** A root task with something in every list. */
export const FULL = {
  tasks: {
    build: {
      cache: false,
      outputs: ['dist/**'],
      env: ['A'],
      inputs: ['src/**'],
      dependsOn: ['^build'],
      passThroughEnv: ['P'],
      with: ['x'],
      tools: ['t'],
    },
    x: {},
  },
};
const FULL_RESOLVED = {
  cache: false,
  dependsOn: ['^build'],
  with: ['x'],
  inputs: inputs(false, ['src/**']),
  outputs: outputs('dist/**'),
  env: ['A'],
  passThroughEnv: ['P'],
  tools: ['t'],
};

/** What a workspace comes to. */
interface Case {
  readonly name: string;
  readonly root: unknown;
  readonly packages: PackageLiteral;
  /** Task id -> what differs from the defaults; undefined = no such task. */
  readonly expected: Readonly<Record<string, unknown>>;
}

/** A package whose configuration extends the root and then `others`. */
export const extend = (tasks: unknown, ...others: string[]) => ({ config: { extends: ['//', ...others], tasks } });

/** Every rule by which definitions come about. */
export const CASES: readonly Case[] = [
  {
    name: 'a generic task holds for every package but the root',
    root: FULL,
    packages: { web: {} },
    expected: { 'web#build': FULL_RESOLVED, '//#build': undefined, 'web#nope': undefined },
  },
  {
    name: 'every setting has its default',
    root: { tasks: { a: {} } },
    packages: { web: {} },
    expected: { 'web#a': {} },
  },
  {
    name: 'a root pkg#task replaces the generic one and inherits nothing',
    root: { tasks: { ...FULL.tasks, 'web#build': { env: ['W'] } } },
    packages: { web: {}, api: {} },
    expected: { 'web#build': { env: ['W'] }, 'api#build': FULL_RESOLVED },
  },
  {
    name: '//#task is the task of the root',
    root: { tasks: { build: { env: ['B'] }, '//#build': { outputs: ['x', '$TURBO_ROOT$/y'] } } },
    packages: { web: {} },
    expected: { '//#build': { outputs: outputs('./y', 'x') }, 'web#build': { env: ['B'] } },
  },
  {
    name: 'a package configuration merges key by key',
    root: FULL,
    packages: { web: extend({ build: { cache: true, env: ['W'], outputs: [] } }) },
    expected: { 'web#build': { ...FULL_RESOLVED, cache: undefined, env: ['W'], outputs: undefined } },
  },
  {
    name: 'a package configuration merges over pkg#task where the root has one',
    root: { tasks: { build: { env: ['A'] }, 'web#build': { env: ['W'] } } },
    packages: { web: extend({ build: { outputs: ['o'] } }) },
    expected: { 'web#build': { env: ['W'], outputs: outputs('o') } },
  },
  {
    name: '$TURBO_EXTENDS$ keeps the inherited entries of every list',
    root: FULL,
    packages: {
      web: extend({
        build: {
          outputs: ['a', '$TURBO_EXTENDS$'],
          env: ['$TURBO_EXTENDS$', 'B'],
          inputs: ['$TURBO_EXTENDS$', 'lib/**'],
          dependsOn: ['$TURBO_EXTENDS$', 'x'],
          passThroughEnv: ['$TURBO_EXTENDS$', 'Q'],
          with: ['$TURBO_EXTENDS$', 'api#x'],
          tools: ['$TURBO_EXTENDS$', 'u'],
        },
      }),
    },
    expected: {
      'web#build': {
        cache: false,
        dependsOn: ['^build', 'x'],
        with: ['api#x', 'x'],
        inputs: inputs(false, ['lib/**', 'src/**']),
        outputs: outputs('a', 'dist/**'),
        env: ['A', 'B'],
        passThroughEnv: ['P', 'Q'],
        tools: ['t', 'u'],
      },
    },
  },
  {
    name: '$TURBO_EXTENDS$ over nothing adds nothing: the default inputs are not a list',
    root: { tasks: { build: {} } },
    packages: { web: extend({ build: { inputs: ['$TURBO_EXTENDS$', 'x'], passThroughEnv: ['$TURBO_EXTENDS$'] } }) },
    expected: { 'web#build': { inputs: inputs(false, ['x']), passThroughEnv: [] } },
  },
  {
    name: '$TURBO_EXTENDS$ brings an inherited $TURBO_DEFAULT$ along',
    root: { tasks: { build: { inputs: ['$TURBO_DEFAULT$', '!q'] } } },
    packages: { web: extend({ build: { inputs: ['$TURBO_EXTENDS$', 'x'] } }) },
    expected: { 'web#build': { inputs: inputs(true, ['x'], ['q']) } },
  },
  {
    name: 'extends: false alone takes the task away; an edge still finds it, with defaults',
    root: FULL,
    packages: {
      web: extend({ build: { extends: false } }),
      api: extend({ build: { extends: false, description: 'no' } }),
    },
    expected: { 'web#build': undefined, 'reached web#build': {}, 'api#build': undefined, 'reached api#build': {} },
  },
  {
    name: 'an edge finds what an entry point finds',
    root: FULL,
    packages: { web: {} },
    expected: { 'reached web#build': FULL_RESOLVED, 'reached web#nope': undefined },
  },
  {
    name: 'extends: false with other keys starts afresh; extends: true changes nothing',
    root: FULL,
    packages: {
      web: extend({ build: { extends: false, env: ['F'] } }),
      api: extend({ build: { extends: true, env: ['F'] } }),
    },
    expected: { 'web#build': { env: ['F'] }, 'api#build': { ...FULL_RESOLVED, env: ['F'] } },
  },
  {
    name: 'a task may exist in one package only',
    root: { tasks: {} },
    packages: { web: extend({ only: { env: ['W'] } }), api: {} },
    expected: { 'web#only': { env: ['W'] }, 'api#only': undefined },
  },
  {
    name: 'another package of extends sits between the root and the package',
    root: FULL,
    packages: {
      shared: extend({ build: { outputs: ['s'], env: ['$TURBO_EXTENDS$', 'S'] }, only: { env: ['S'] } }),
      web: extend({ build: { env: ['$TURBO_EXTENDS$', 'W'] } }, 'shared'),
    },
    expected: {
      'web#build': { ...FULL_RESOLVED, outputs: outputs('s'), env: ['A', 'S', 'W'] },
      'shared#build': { ...FULL_RESOLVED, outputs: outputs('s'), env: ['A', 'S'] },
      'web#only': { env: ['S'] },
    },
  },
  {
    name: 'extends is followed, in the order written',
    root: { tasks: { build: {} } },
    packages: {
      base: extend({ build: { env: ['BASE'], outputs: ['base'] } }),
      docs: extend({ build: { env: ['$TURBO_EXTENDS$', 'D'], outputs: ['docs'] } }, 'base'),
      web: extend({}, 'docs'),
      api: extend({ build: { env: ['$TURBO_EXTENDS$', 'API'] } }, 'docs', 'base'),
    },
    expected: {
      'web#build': { env: ['BASE', 'D'], outputs: outputs('docs') },
      'api#build': { env: ['API', 'BASE'], outputs: outputs('base') },
    },
  },
  {
    name: 'each package of extends brings the root along, which counts again over packages named earlier',
    root: { tasks: { build: { outputs: ['root'], env: ['R'] } } },
    packages: {
      ui: extend({ build: { outputs: ['ui'], cache: false, env: ['$TURBO_EXTENDS$', 'U'] } }),
      docs: extend({ build: { env: ['$TURBO_EXTENDS$', 'D'] } }),
      gone: extend({ build: { extends: false } }),
      web: extend({}, 'ui', 'docs'),
      api: extend({}, 'gone', 'docs'),
    },
    expected: {
      'web#build': { outputs: outputs('root'), cache: false, env: ['D', 'R'] },
      'api#build': { outputs: outputs('root'), env: ['D', 'R'] },
    },
  },
  {
    name: 'the pkg#task of the root is not handed on through extends',
    root: { tasks: { 'docs#build': { env: ['R'] } } },
    packages: {
      docs: extend({ build: { outputs: ['o'] } }),
      web: extend({}, 'docs'),
      bare: extend({}, 'bare2'),
      bare2: extend({}),
    },
    expected: {
      'docs#build': { env: ['R'], outputs: outputs('o') },
      'web#build': { outputs: outputs('o') },
      'bare#build': undefined,
    },
  },
  {
    name: 'an exclusion up the chain empties a task of the root and hides one the root does not have',
    root: FULL,
    packages: { base: extend({ build: { extends: false }, only: { extends: false } }), web: extend({}, 'base') },
    expected: { 'web#build': {}, 'web#only': undefined, 'base#build': undefined },
  },
  {
    name: '$TURBO_ROOT$ is the way up from the package',
    root: {
      tasks: {
        build: { inputs: ['$TURBO_ROOT$/a', '!$TURBO_ROOT$/b'], outputs: ['$TURBO_ROOT$/c', '!$TURBO_ROOT$/d'] },
      },
    },
    packages: { web: {}, deep: { directory: 'libs/deep/ui' }, flat: { directory: 'flat' } },
    expected: {
      'web#build': {
        inputs: inputs(false, ['../../a'], ['../../b']),
        outputs: { include: ['../../c'], exclude: ['../../d'] },
      },
      'deep#build': {
        inputs: inputs(false, ['../../../a'], ['../../../b']),
        outputs: { include: ['../../../c'], exclude: ['../../../d'] },
      },
      'flat#build': { inputs: inputs(false, ['../a'], ['../b']), outputs: { include: ['../c'], exclude: ['../d'] } },
    },
  },
  {
    name: 'inputs: empty is the default set, only negations are not',
    root: { tasks: { a: { inputs: [] }, b: { inputs: ['!src/**'] }, c: { inputs: ['$TURBO_DEFAULT$', '!x', 'y'] } } },
    packages: { web: {} },
    expected: {
      'web#a': {},
      'web#b': { inputs: inputs(false, [], ['src/**']) },
      'web#c': { inputs: inputs(true, ['y'], ['x']) },
    },
  },
  {
    name: 'lists are sorted and keep duplicates; nothing else is normalised',
    root: {
      tasks: {
        a: { outputs: ['z', './d', 'e/', 'z', '!b', '!a'], env: ['Z', '!N', 'A', 'A'], dependsOn: ['x', '^b', 'a#b'] },
      },
    },
    packages: { web: {} },
    expected: {
      'web#a': {
        outputs: { include: ['./d', 'e/', 'z', 'z'], exclude: ['a', 'b'] },
        env: ['!N', 'A', 'A', 'Z'],
        dependsOn: ['^b', 'a#b', 'x'],
      },
    },
  },
  {
    name: 'passThroughEnv: not set and empty are different',
    root: { tasks: { a: {}, b: { passThroughEnv: [] } } },
    packages: { web: {} },
    expected: { 'web#a': {}, 'web#b': { passThroughEnv: [] } },
  },
  {
    name: 'global.inputs are appended whatever the inputs of the task',
    root: {
      futureFlags: { globalConfiguration: true },
      global: { inputs: ['a', '!b', './c', '../d'] },
      tasks: { none: {}, listed: { inputs: ['x'] }, both: { inputs: ['$TURBO_DEFAULT$'] }, '//#none': {} },
    },
    packages: { web: {} },
    expected: {
      'web#none': { inputs: inputs(true, ['../../../d', '../.././c', '../../a'], ['../../b']) },
      'web#listed': { inputs: inputs(false, ['../../../d', '../.././c', '../../a', 'x'], ['../../b']) },
      'web#both': { inputs: inputs(true, ['../../../d', '../.././c', '../../a'], ['../../b']) },
      '//#none': { inputs: inputs(true, ['./../d', '././c', './a'], ['./b']) },
    },
  },
  {
    name: 'structured inputs: what is known at the start, and what is deferred',
    root: {
      tasks: {
        a: { inputs: ['src/**', { mode: 'jit', globs: ['gen/**', '!gen/x', '$TURBO_ROOT$/g'] }] },
        b: { inputs: [{ mode: 'dependencyOutputs', from: ['^b'], globs: ['d'] }] },
        c: { inputs: [{ mode: 'jit' }] },
        d: { inputs: [{ mode: 'startup', globs: ['src/**'], withDefaults: true }] },
        e: { inputs: [{ mode: 'jit', withDefaults: true }] },
      },
    },
    packages: { web: {} },
    expected: {
      'web#a': {
        inputs: {
          ...inputs(false, ['src/**']),
          deferred: [
            {
              mode: 'jit',
              includeDefault: false,
              include: ['../../g', 'gen/**'],
              exclude: ['gen/x'],
              from: undefined,
            },
          ],
        },
      },
      'web#b': {
        inputs: {
          ...inputs(true, []),
          deferred: [{ mode: 'dependencyOutputs', includeDefault: false, include: ['d'], exclude: [], from: ['^b'] }],
        },
      },
      'web#c': {},
      'web#d': { inputs: inputs(true, ['src/**']) },
      'web#e': {
        inputs: {
          ...inputs(false, []),
          deferred: [{ mode: 'jit', includeDefault: true, include: [], exclude: [], from: undefined }],
        },
      },
    },
  },
  {
    name: 'our own keys',
    root: {
      tasks: {
        a: {
          command: 'make',
          tools: ['b', 'a'],
          restore: 'link',
          when: { branches: ['r/*', 'main'], env: ['CI'] },
          timeout: '5m',
          retries: 2,
        },
        b: { timeout: 1.5, when: {} },
      },
    },
    packages: { web: {} },
    expected: {
      'web#a': {
        command: 'make',
        tools: ['a', 'b'],
        restore: 'link',
        when: { branches: ['main', 'r/*'], env: ['CI'] },
        timeoutMs: 300_000,
        retries: 2,
      },
      'web#b': { timeoutMs: 1500, when: { branches: undefined, env: undefined } },
    },
  },
];
