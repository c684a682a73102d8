import { OWN_REMOTE_CACHE_SCHEMA, TURBO_REMOTE_CACHE_SCHEMA } from './remote-cache.js';
import type { SchemaNode } from './schema-node.js';

const VARIABLES = { type: 'array', items: { type: 'string', format: 'variable' } } as const;
const WORKSPACE_GLOBS = { type: 'array', items: { type: 'string', format: 'workspace-glob' } } as const;

/** Global settings that keep their name under `global`. */
const SHARED_PROPERTIES = {
  envMode: {
    type: 'string',
    enum: ['strict', 'loose'],
    default: 'strict',
    description:
      '`strict`: a task sees only the variables that are configured. `loose`: it sees all but `TR_TOKEN` and `TR_SIGNING_KEY`.',
    examples: ['strict'],
  },
  concurrency: {
    type: ['string', 'integer'],
    format: 'concurrency',
    description: 'How many tasks run at once: a number, or a share of the processors such as `50%`. 10 when left out.',
    examples: ['50%'],
  },
  cacheDir: {
    type: 'string',
    format: 'path',
    description:
      'Directory of the local cache, relative to the root. Left out: inside `.tr`, shared between git worktrees.',
    examples: ['.cache/tr'],
  },
  cacheMaxAge: {
    type: 'string',
    format: 'duration',
    default: '30d',
    description: 'How long an unused entry of the local cache is kept: `s`, `m`, `h`, `d` or `w`; `"0"` is for ever.',
    examples: ['7d'],
  },
  cacheMaxSize: {
    type: 'string',
    format: 'size',
    default: '10GB',
    description: 'How large the local cache may grow: `KB`, `MB`, `GB` or `TB` (steps of 1024); `"0"` is no bound.',
    examples: ['20GB'],
  },
  ui: {
    type: 'string',
    enum: ['stream', 'tui', 'stream-with-experimental-timestamps'],
    description: 'Accepted, no effect: a run is shown in one way.',
    examples: ['stream'],
  },
  daemon: { type: 'boolean', description: 'Accepted, no effect: there is no daemon.', examples: [false] },
  dangerouslyDisablePackageManagerCheck: {
    type: 'boolean',
    default: false,
    description: 'Takes the package manager from the lockfile when package.json does not name one.',
    examples: [true],
  },
  noUpdateNotifier: {
    type: 'boolean',
    description: 'Accepted, no effect: nothing looks for updates.',
    examples: [true],
  },
  experimentalObservability: {
    type: 'object',
    additionalProperties: true,
    description: 'Accepted, no effect.',
    examples: [{ otel: { enabled: false } }],
  },
} as const satisfies Readonly<Record<string, SchemaNode>>;

/** The global settings at the top of a root configuration; none of them may be there under `globalConfiguration`. */
export const GLOBAL_PROPERTIES = {
  globalDependencies: {
    ...WORKSPACE_GLOBS,
    description: 'Files every task depends on: globs from the root, `!` excludes. Ignored files match too.',
    examples: [['tsconfig.base.json', '.env']],
  },
  globalEnv: {
    ...VARIABLES,
    description: 'Environment variables every task depends on: names, `PREFIX_*` patterns, `!NAME` exclusions.',
    examples: [['NODE_ENV']],
  },
  globalPassThroughEnv: {
    ...VARIABLES,
    description: 'Environment variables every task may see without depending on them.',
    examples: [['GITHUB_TOKEN']],
  },
  ...SHARED_PROPERTIES,
} as const satisfies Readonly<Record<string, SchemaNode>>;

/** Top-level name -> name under `global`, where they differ. */
export const GLOBAL_RENAMES: Readonly<Record<string, string>> = {
  globalDependencies: 'inputs',
  globalEnv: 'env',
  globalPassThroughEnv: 'passThroughEnv',
};

const BLOCK_PROPERTIES = {
  inputs: {
    ...WORKSPACE_GLOBS,
    description: 'Globs from the root that are added to the inputs of every task that has something to run.',
    examples: [['tsconfig.base.json']],
  },
  env: { ...VARIABLES, description: 'As `globalEnv`.', examples: [['NODE_ENV']] },
  passThroughEnv: { ...VARIABLES, description: 'As `globalPassThroughEnv`.', examples: [['GITHUB_TOKEN']] },
  ...SHARED_PROPERTIES,
} as const satisfies Readonly<Record<string, SchemaNode>>;

const BLOCK = {
  type: 'object',
  additionalProperties: false,
  description: 'The global settings, when `futureFlags.globalConfiguration` is on (and only then).',
  examples: [{ inputs: ['tsconfig.base.json'], env: ['NODE_ENV'] }],
} as const;

/** `global` as Turborepo has it. */
export const TURBO_GLOBAL_SCHEMA = {
  ...BLOCK,
  properties: { ...BLOCK_PROPERTIES, remoteCache: TURBO_REMOTE_CACHE_SCHEMA },
} as const satisfies SchemaNode;

/** `global` of `turbo-like.config.json`. */
export const OWN_GLOBAL_SCHEMA = {
  ...BLOCK,
  properties: { ...BLOCK_PROPERTIES, remoteCache: OWN_REMOTE_CACHE_SCHEMA },
} as const satisfies SchemaNode;
