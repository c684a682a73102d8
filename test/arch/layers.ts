/** The table of packages in ARCHITECTURE.md as data: what a package imports, and the dependencies that live only there. */
export interface LayerRow {
  readonly directory: string;
  /** Internal packages, all of them in use. */
  readonly internal: readonly string[];
  /** External packages (type-only imports count), all of them in use. */
  readonly external: readonly string[];
}

/** What both the composition root and the end-to-end tests depend on. */
const CORE = [
  'model',
  'hash',
  'config',
  'workspace',
  'lockfile',
  'reporter',
  'store',
  'task-graph',
  'fingerprint',
  'store-s3',
  'cache',
  'runner',
  'services',
  'snapshot',
];

export const LAYERS: Readonly<Record<string, LayerRow>> = {
  model: { directory: 'packages/model', internal: [], external: [] },
  hash: { directory: 'packages/hash', internal: ['model', 'quick'], external: [] },
  quick: { directory: 'packages/quick', internal: [], external: [] },
  config: {
    directory: 'packages/config',
    internal: ['model', 'quick'],
    external: ['jsonc-parser', 'json-schema-to-ts'],
  },
  workspace: {
    directory: 'packages/workspace',
    internal: ['model', 'quick'],
    external: ['js-yaml', 'jsonc-parser', 'semver', 'picomatch'],
  },
  lockfile: {
    directory: 'packages/lockfile',
    internal: ['model'],
    external: ['js-yaml', '@yarnpkg/parsers', 'jsonc-parser'],
  },
  reporter: { directory: 'packages/reporter', internal: ['model'], external: [] },
  store: { directory: 'packages/store', internal: ['model', 'hash', 'quick'], external: [] },
  'task-graph': { directory: 'packages/task-graph', internal: ['model'], external: ['picomatch'] },
  fingerprint: { directory: 'packages/fingerprint', internal: ['model', 'hash', 'quick'], external: [] },
  artifact: {
    directory: 'packages/artifact',
    internal: ['model', 'hash', 'quick', 'store'],
    external: ['picomatch'],
  },
  transport: {
    directory: 'packages/transport',
    internal: ['model', 'hash', 'store'],
    external: ['@toondepauw/node-zstd', '@bokuweb/zstd-wasm'],
  },
  protocol: { directory: 'packages/protocol', internal: ['model', 'hash'], external: [] },
  'store-s3': {
    directory: 'packages/store-s3',
    internal: ['model', 'hash', 'store'],
    external: ['@aws-sdk/client-s3', 'p-limit'],
  },
  cache: {
    directory: 'packages/cache',
    internal: ['model', 'hash', 'quick', 'store', 'artifact', 'transport', 'protocol'],
    external: ['p-limit', 'http-proxy-agent', 'https-proxy-agent'],
  },
  runner: { directory: 'packages/runner', internal: ['model', 'quick'], external: [] },
  services: { directory: 'packages/services', internal: ['model', 'hash'], external: ['pg', 'mysql2', 'semver'] },
  snapshot: { directory: 'packages/snapshot', internal: ['model', 'hash', 'services', 'runner'], external: [] },
  cli: {
    directory: 'cli',
    internal: [...CORE, 'quick', 'transport', 'protocol', 'cache-server'],
    external: ['clipanion', 'typanion', 'proxy-from-env', '@toondepauw/node-zstd', '@bokuweb/zstd-wasm'],
  },
  'cache-server': {
    directory: 'cache-server',
    internal: ['model', 'hash', 'store', 'store-s3', 'protocol', 'transport'],
    external: ['@napi-rs/blake-hash', 'fastify', 'fzstd', 'jose', 'p-limit', 'prom-client'],
  },
  test: { directory: 'test', internal: [...CORE, 'artifact'], external: [] },
};

/** Packages that must stay free of Node APIs. */
export const PURE_PACKAGES = ['model', 'task-graph'] as const;

/** The only source files that may start processes, with the reason. */
export const PROCESS_FILES: Readonly<Record<string, string>> = {
  'packages/runner/src/process.ts': 'starts the commands of tasks',
  'packages/services/src/process.ts': 'starts the servers of services',
  'packages/workspace/src/git.ts': 'asks git',
  'cli/src/hand-over.ts': 'hands a call over to the POSIX tr',
};

/** The only source file outside `cli/` that may touch them. */
export const SURROUNDINGS_FILES: readonly string[] = ['cache-server/src/main.ts'];

/** Reads or writes of the process's surroundings, allowed in `cli/` and in the files above. */
export const SURROUNDINGS = /\b(?:process\.(?:env|argv|exit|exitCode|stdout|stderr|stdin|chdir)\b|console\.)/;

/** Dependencies of a package.json that no source file imports, with the reason. */
export const NOT_IMPORTED: Readonly<Record<string, string>> = {
  'cli @bokuweb/zstd-wasm': 'the bundle loads it, for transport',
  'cli @toondepauw/node-zstd': 'the bundle loads it, for transport',
  'cli typanion': 'clipanion asks its users to bring it',
};
