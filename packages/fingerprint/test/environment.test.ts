import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '@tr/hash';
import { createTaskEnvironments, inferFramework, type EnvironmentOptions, type TaskEnvironment } from '../src/index.js';
import { compileVariablePatterns } from '../src/environment/variable-patterns.js';

const ENV = {
  FOO: 'bar',
  FOOBAR: 'baz',
  FOOD: 'cheese',
  BAR: 'nuts',
  EMPTY: '',
  PATH: '/bin',
  HOME: '/home/u',
  GITHUB_TOKEN: 'gh',
  NEXT_PUBLIC_URL: 'u',
  NEXT_PUBLIC_X: 'x',
  SECRET: 's3cr3t',
  'A*B': 'star',
  '!BANG': 'bang',
  TMPDIR: '/tmp',
  LC_ALL: 'C.UTF-8',
  PYTHONUNBUFFERED: '1',
  PYTHONPATH: '/lib',
  VERCEL_TARGET_ENV: 'prod',
};

type Partly = Partial<EnvironmentOptions> & {
  readonly env?: readonly string[];
  readonly passThroughEnv?: readonly string[];
  readonly frameworkEnv?: readonly string[];
};

const environment = ({ env = [], passThroughEnv, frameworkEnv, ...options }: Partly): TaskEnvironment =>
  createTaskEnvironments({
    processEnv: ENV,
    globalEnv: [],
    globalPassThroughEnv: undefined,
    envMode: 'strict',
    platform: 'linux',
    ...options,
  }).of({ env, passThroughEnv }, frameworkEnv);

describe('variable patterns', () => {
  for (const [patterns, expected] of [
    [['FOO'], ['FOO']],
    [['FOO*'], ['FOO', 'FOOBAR', 'FOOD']],
    [['*BAR'], ['BAR', 'FOOBAR']],
    [['F*D'], ['FOOD']],
    [
      ['FOO*', '!FOOD'],
      ['FOO', 'FOOBAR'],
    ],
    [
      ['!FOOD', 'FOO*'],
      ['FOO', 'FOOBAR'],
    ],
    [['!FOO*'], []],
    [['FOO', '!FOO'], []],
    [['A\\*B'], ['A*B']],
    [['\\!BANG'], ['!BANG']],
    [['foo'], []],
    [['F.O'], []],
    [['NOPE'], []],
    [[''], []],
  ] as const) {
    it(JSON.stringify(patterns), () => {
      const compiled = compileVariablePatterns(patterns, 'sensitive');
      const matching = Object.keys(ENV).filter((name) => compiled.includes(name) && !compiled.excludes(name));
      assert.deepEqual(matching.sort(), [...expected].sort());
    });
  }

  it('take no notice of case on Windows', () => {
    const { process: seen, hashed } = environment({
      processEnv: { Path: 'p', Foo: '1' },
      env: ['foo'],
      platform: 'win32',
    });
    assert.deepEqual(seen, { Foo: '1', Path: 'p' });
    assert.deepEqual(hashed, { FOO: sha256('1') });
    assert.deepEqual(environment({ processEnv: { FOO: '1' }, env: ['Foo'], platform: 'win32' }).hashed, hashed);
  });
});

describe('what the system says of itself', () => {
  const processEnv = {
    OS: 'Windows_NT',
    processor_architecture: 'AMD64',
    'CommonProgramFiles(x86)': 'c',
    Pathext: '.EXE',
  };

  it('reaches every task on Windows, and counts for none', () => {
    const { process: seen, hashed } = environment({ processEnv, platform: 'win32' });
    assert.deepEqual([seen, hashed], [processEnv, {}]);
  });

  it('means nothing elsewhere', () => {
    assert.deepEqual(environment({ processEnv, platform: 'linux' }).process, {});
  });
});

describe('what counts', () => {
  it('is named by env, as a digest; an empty value stays empty, an unset variable is absent', () => {
    const { hashed, configured, inferred, passThrough } = environment({ env: ['FOO', 'EMPTY', 'UNSET'] });
    assert.deepEqual(hashed, { EMPTY: '', FOO: sha256('bar') });
    assert.deepEqual(configured, hashed);
    assert.deepEqual(inferred, {});
    assert.equal(passThrough, undefined);
  });

  it('is named by the framework, unless the task or globalEnv excludes it', () => {
    const frameworkEnv = ['NEXT_PUBLIC_*'];
    const names = (options: Partly): readonly string[] => Object.keys(environment({ frameworkEnv, ...options }).hashed);
    assert.deepEqual(names({}), ['NEXT_PUBLIC_URL', 'NEXT_PUBLIC_X']);
    assert.deepEqual(names({ env: ['!NEXT_PUBLIC_X'] }), ['NEXT_PUBLIC_URL']);
    assert.deepEqual(names({ globalEnv: ['!NEXT_PUBLIC_U*'] }), ['NEXT_PUBLIC_X']);
    const both = environment({ frameworkEnv, env: ['NEXT_PUBLIC_X'] });
    assert.deepEqual(Object.keys(both.configured), ['NEXT_PUBLIC_X']);
    assert.deepEqual(Object.keys(both.inferred), ['NEXT_PUBLIC_URL', 'NEXT_PUBLIC_X']);
  });

  it('leaves out what the CI vendor says is its own', () => {
    const processEnv = { ...ENV, TURBO_CI_VENDOR_ENV_KEY: 'NEXT_PUBLIC_U' };
    assert.deepEqual(Object.keys(environment({ frameworkEnv: ['NEXT_PUBLIC_*'], processEnv }).hashed), [
      'NEXT_PUBLIC_X',
    ]);
  });

  it('globally: globalEnv, and two names that always count', () => {
    const global = (globalEnv: readonly string[], globalPassThroughEnv?: readonly string[]) =>
      createTaskEnvironments({ processEnv: ENV, globalEnv, globalPassThroughEnv, envMode: 'strict', platform: 'linux' })
        .global;
    assert.deepEqual(Object.keys(global(['FOO*', '!FOOD']).hashed), ['FOO', 'FOOBAR', 'VERCEL_TARGET_ENV']);
    assert.deepEqual(Object.keys(global(['FOO']).configured), ['FOO']);
    assert.deepEqual(Object.keys(global(['FOO']).inferred), ['VERCEL_TARGET_ENV']);
    assert.deepEqual(Object.keys(global(['!VERCEL*']).hashed), []);
    assert.deepEqual(Object.keys(global(['VERCEL_TARGET_ENV']).inferred), []);
    assert.equal(global([]).passThrough, undefined);
    assert.deepEqual(Object.keys(global([], ['BA*']).passThrough ?? {}), ['BAR']);
  });
});

describe('what a process sees', () => {
  const builtin = [
    'GITHUB_TOKEN',
    'HOME',
    'LC_ALL',
    'NEXT_PUBLIC_URL',
    'NEXT_PUBLIC_X',
    'PATH',
    'PYTHONUNBUFFERED',
    'TMPDIR',
    'VERCEL_TARGET_ENV',
  ];
  for (const [what, options, added, removed] of [
    ['nothing listed', {}, [], []],
    ['env', { env: ['FOO', '!PATH'] }, ['FOO'], []],
    ['globalEnv', { globalEnv: ['BAR'] }, ['BAR'], []],
    ['globalPassThroughEnv', { globalPassThroughEnv: ['FOO*', '!FOOD'] }, ['FOO', 'FOOBAR'], []],
    ['passThroughEnv', { passThroughEnv: ['SECRET'] }, ['SECRET'], []],
    ['passThroughEnv that takes away', { passThroughEnv: ['!PATH', '!GITHUB_*'] }, [], ['GITHUB_TOKEN', 'PATH']],
    [
      'passThroughEnv for what env excludes',
      { env: ['FOO*', '!FOOD'], passThroughEnv: ['FOOD'] },
      ['FOO', 'FOOBAR', 'FOOD'],
      [],
    ],
    ['env wins over passThroughEnv', { env: ['FOO'], passThroughEnv: ['!FOO'] }, ['FOO'], []],
  ] as const) {
    it(`in strict mode: ${what}`, () => {
      const expected = [...builtin, ...added].filter((name) => !(removed as readonly string[]).includes(name));
      assert.deepEqual(Object.keys(environment(options).process).sort(), expected.sort());
    });
  }

  it('in loose mode has no credential of ours, unless it is named for the task', () => {
    const processEnv = { TR_TOKEN: 'trc_x', TR_SIGNING_KEY: 'key', TR_OTHER: 'y' };
    const loose = { envMode: 'loose', processEnv } as const;
    assert.deepEqual(environment(loose).process, { TR_OTHER: 'y' });
    assert.deepEqual(environment({ ...loose, passThroughEnv: ['TR_TOKEN'] }).process, {
      TR_OTHER: 'y',
      TR_TOKEN: 'trc_x',
    });
    assert.deepEqual(environment({ ...loose, globalPassThroughEnv: ['TR_*'] }).process, processEnv);
  });

  it('in loose mode is everything, with the values as they are', () => {
    assert.deepEqual(environment({ envMode: 'loose', passThroughEnv: ['!PATH'] }).process, ENV);
  });

  it('holds clear values only in `process`', () => {
    const { process: seen, ...rest } = environment({
      env: ['SECRET'],
      passThroughEnv: ['GITHUB_*'],
      frameworkEnv: ['FOO*'],
    });
    assert.equal(seen['SECRET'], 's3cr3t');
    for (const value of ['s3cr3t', '"gh"', 'cheese']) assert.equal(JSON.stringify(rest).includes(value), false);
    assert.deepEqual(Object.keys(rest.passThrough ?? {}), ['GITHUB_TOKEN']);
  });
});

describe('inferFramework', () => {
  for (const [dependencies, slug] of [
    [{}, undefined],
    [{ next: '1' }, 'nextjs'],
    [{ vite: '1', react: '1' }, 'vite'],
    [{ next: '1', blitz: '1' }, 'blitzjs'],
    [{ 'solid-js': '1' }, undefined],
    [{ 'solid-js': '1', 'solid-start': '1', vite: '1' }, 'solidstart'],
    [{ 'react-dev-utils': '1' }, 'create-react-app'],
    [{ nuxt3: '1' }, 'nuxtjs'],
  ] as const) {
    it(JSON.stringify(dependencies), () => assert.equal(inferFramework(dependencies, {})?.slug, slug));
  }

  it('has patterns that depend on a variable', () => {
    const on = inferFramework({ next: '1' }, { VERCEL_SKEW_PROTECTION_ENABLED: '1' });
    assert.deepEqual(on?.env, ['NEXT_PUBLIC_*', 'NEXT_DEPLOYMENT_ID', 'VERCEL_DEPLOYMENT_ID']);
    const off = inferFramework({ next: '1' }, { VERCEL_SKEW_PROTECTION_ENABLED: '0' });
    assert.deepEqual(off?.env, ['NEXT_PUBLIC_*', 'NEXT_DEPLOYMENT_ID']);
  });
});
