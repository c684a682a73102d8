import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootOf } from './rig/definitions.js';

/** The values of a root configuration, without its functions. */
function resolved(value: unknown, kind?: 'turbo' | 'own') {
  const { tasks: _tasks, position: _position, source: _source, futureFlags, ...rest } = rootOf(value, kind);
  const flags = Object.entries(futureFlags).filter(([, on]) => on);
  return { ...rest, flags: flags.map(([name]) => name) };
}

const DEFAULTS = {
  tags: [],
  globalDependencies: [],
  globalEnv: [],
  globalPassThroughEnv: undefined,
  globalInputs: [],
  envMode: 'strict',
  concurrency: undefined,
  cache: { dir: undefined, maxSizeBytes: 10 * 1024 ** 3, maxAgeMs: 30 * 86_400_000 },
  remoteCache: {},
  packages: [],
  launch: 'direct',
  services: new Map(),
  dangerouslyDisablePackageManagerCheck: false,
  flags: [],
};

test('an empty configuration has every default, and a bounded cache', () => {
  assert.deepEqual(resolved({}), DEFAULTS);
});

test('settings at the top', () => {
  const value = {
    globalDependencies: ['b', '!c', 'a'],
    globalEnv: ['B', 'A', 'B'],
    globalPassThroughEnv: [],
    envMode: 'loose',
    concurrency: 3,
    cacheDir: '.c',
    cacheMaxAge: '2w',
    cacheMaxSize: '1.5GB',
    remoteCache: { enabled: false },
    ui: 'tui',
    dangerouslyDisablePackageManagerCheck: true,
    futureFlags: { affectedUsingTaskInputs: true },
    packages: ['services/*'],
    launch: 'package-manager',
  };
  assert.deepEqual(resolved(value), {
    ...DEFAULTS,
    globalDependencies: ['!c', 'a', 'b'],
    globalEnv: ['A', 'B'],
    globalPassThroughEnv: [],
    envMode: 'loose',
    concurrency: '3',
    cache: { dir: '.c', maxSizeBytes: 1.5 * 1024 ** 3, maxAgeMs: 14 * 86_400_000 },
    remoteCache: { enabled: false },
    dangerouslyDisablePackageManagerCheck: true,
    flags: ['affectedUsingTaskInputs'],
    packages: ['services/*'],
    launch: 'package-manager',
  });
});

test('settings under `global`, whose inputs are no global dependencies', () => {
  const value = {
    futureFlags: { globalConfiguration: true },
    global: { inputs: ['a'], env: ['A'], passThroughEnv: ['P'], envMode: 'loose', cacheDir: '.c', remoteCache: {} },
  };
  assert.deepEqual(resolved(value, 'turbo'), {
    ...DEFAULTS,
    globalInputs: ['a'],
    globalEnv: ['A'],
    globalPassThroughEnv: ['P'],
    envMode: 'loose',
    cache: { ...DEFAULTS.cache, dir: '.c' },
    flags: ['globalConfiguration'],
  });
});

test('`cache` bounds the local cache; "0" switches a bound off', () => {
  assert.deepEqual(resolved({ cache: { dir: '.c', maxSize: '0', maxAge: '0' } }).cache, {
    dir: '.c',
    maxSizeBytes: Infinity,
    maxAgeMs: Infinity,
  });
});

test('our own keys in a turbo.json are left aside', () => {
  const value = {
    packages: ['x'],
    launch: 'package-manager',
    cache: { maxSize: '1GB' },
    remoteCache: { url: 'u', timeout: 1 },
  };
  assert.deepEqual(resolved(value, 'turbo'), { ...DEFAULTS, remoteCache: { timeout: 1 } });
  assert.deepEqual(rootOf({ tasks: { a: { command: 'x', env: ['A'] } } }, 'turbo').tasks.get('a')?.value, {
    env: ['A'],
  });
});

test('a task or key called __proto__ is a name like any other', () => {
  const root = rootOf(JSON.parse('{"tasks":{"__proto__":{"env":["A"]},"constructor":{}}}'));
  assert.deepEqual([...root.tasks.keys()], ['__proto__', 'constructor']);
  assert.deepEqual(root.tasks.get('__proto__')?.value, { env: ['A'] });
});

test('positions of keys at the top', () => {
  const root = rootOf({ tasks: {}, packages: ['a'] });
  assert.deepEqual(root.position('packages'), { file: 'turbo-like.config.json', line: 1, column: 13 });
  assert.deepEqual(root.position('ui'), { file: 'turbo-like.config.json', line: 1, column: 1 });
  assert.deepEqual(root.position(), { file: 'turbo-like.config.json', line: 1, column: 1 });
});
