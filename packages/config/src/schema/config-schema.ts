import type { FromSchema } from 'json-schema-to-ts';
import { FUTURE_FLAGS_SCHEMA } from './future-flags.js';
import { GLOBAL_PROPERTIES, OWN_GLOBAL_SCHEMA, TURBO_GLOBAL_SCHEMA } from './global.js';
import { OWN_REMOTE_CACHE_SCHEMA, TURBO_REMOTE_CACHE_SCHEMA } from './remote-cache.js';
import type { SchemaNode } from './schema-node.js';
import { SERVICES_SCHEMA } from './services.js';
import { OWN_TASK_PROPERTIES, PACKAGE_TASK_PROPERTIES, TURBO_TASK_PROPERTIES } from './task.js';

/** `turbo`: turbo.json or turbo.jsonc, what Turborepo reads. `own`: turbo-like.config.json, a superset. */
export type ConfigKind = 'turbo' | 'own';
/** The configuration at the root, or the one in a package directory. */
export type ConfigPlace = 'root' | 'package';

const ANY_PLACE_PROPERTIES = {
  $schema: {
    type: 'string',
    description: 'Address of the JSON schema, for editors.',
    examples: ['./node_modules/taskrun/schema.json'],
  },
  tags: {
    type: 'array',
    items: { type: 'string', format: 'tag' },
    description: 'Labels of this package, for filters: `--filter=tag:ui`.',
    examples: [['ui']],
  },
  boundaries: {
    type: 'object',
    additionalProperties: true,
    description: 'Rules for dependencies between packages. Accepted, no effect.',
    examples: [{}],
  },
} as const satisfies Readonly<Record<string, SchemaNode>>;

const TURBO_ONLY_ROOT_PROPERTIES = {
  futureFlags: FUTURE_FLAGS_SCHEMA,
  agentGuidance: { type: 'boolean', description: 'Accepted, no effect.', examples: [false] },
  experimentalSpaces: {
    type: 'object',
    additionalProperties: true,
    description: 'Accepted, no effect.',
    examples: [{}],
  },
  setup: { type: 'object', additionalProperties: true, description: 'Accepted, no effect.', examples: [{}] },
} as const satisfies Readonly<Record<string, SchemaNode>>;

const OWN_ROOT_PROPERTIES = {
  packages: {
    type: 'array',
    items: { type: 'string', format: 'directory-glob' },
    description:
      'Directories that are packages without a package.json: globs from the root, `!` excludes. A `turbo-like.config.json` inside may name the package.',
    examples: [['services/*']],
  },
  cache: {
    type: 'object',
    additionalProperties: false,
    description: 'The local cache. Bounded unless said otherwise.',
    examples: [{ maxSize: '20GB', maxAge: '14d' }],
    properties: {
      dir: { type: 'string', format: 'path', description: 'As `cacheDir`.', examples: ['.cache/tr'] },
      maxSize: {
        type: 'string',
        format: 'size',
        default: GLOBAL_PROPERTIES.cacheMaxSize.default,
        description: 'As `cacheMaxSize`.',
        examples: ['20GB'],
      },
      maxAge: {
        type: 'string',
        format: 'duration',
        default: GLOBAL_PROPERTIES.cacheMaxAge.default,
        description: 'As `cacheMaxAge`.',
        examples: ['14d'],
      },
    },
  },
  services: SERVICES_SCHEMA,
  launch: {
    type: 'string',
    enum: ['direct', 'package-manager'],
    default: 'direct',
    description:
      'How scripts of a package.json are started: `direct` as the package manager would, but without starting it, or `package-manager` through it.',
    examples: ['package-manager'],
  },
} as const satisfies Readonly<Record<string, SchemaNode>>;

const EXTENDS_PROPERTY = {
  extends: {
    type: 'array',
    items: { type: 'string', format: 'package-name' },
    description:
      'Where the tasks come from: `"//"` (the root) first, then packages whose configuration is added in order.',
    examples: [['//']],
  },
} as const satisfies Readonly<Record<string, SchemaNode>>;

const OWN_PACKAGE_PROPERTIES = {
  name: {
    type: 'string',
    format: 'package-name',
    description: 'Name of a package that has no package.json.',
    examples: ['api'],
  },
} as const satisfies Readonly<Record<string, SchemaNode>>;

const TASKS_DESCRIPTION =
  'Task name -> how the task runs. At the root, `package#task` defines a task of one package (instead of, not on top of, `task`), and `//#task` one of the root itself.';
const TASKS = {
  type: 'object',
  description: TASKS_DESCRIPTION,
  examples: [{ build: { outputs: ['dist/**'] } }],
} as const;
const task = <const Properties extends Readonly<Record<string, SchemaNode>>>(properties: Properties) =>
  ({ type: 'object', additionalProperties: false, properties }) as const;
const file = task;

const TURBO_ROOT_SCHEMA = file({
  ...ANY_PLACE_PROPERTIES,
  tasks: { ...TASKS, additionalProperties: task(TURBO_TASK_PROPERTIES) },
  ...GLOBAL_PROPERTIES,
  // A number is ours alone.
  concurrency: { ...GLOBAL_PROPERTIES.concurrency, type: 'string' },
  remoteCache: TURBO_REMOTE_CACHE_SCHEMA,
  global: TURBO_GLOBAL_SCHEMA,
  ...TURBO_ONLY_ROOT_PROPERTIES,
});

const OWN_ROOT_SCHEMA = file({
  ...ANY_PLACE_PROPERTIES,
  tasks: { ...TASKS, additionalProperties: task({ ...TURBO_TASK_PROPERTIES, ...OWN_TASK_PROPERTIES }) },
  ...OWN_ROOT_PROPERTIES,
  ...GLOBAL_PROPERTIES,
  remoteCache: OWN_REMOTE_CACHE_SCHEMA,
  global: OWN_GLOBAL_SCHEMA,
  ...TURBO_ONLY_ROOT_PROPERTIES,
});

const TURBO_PACKAGE_SCHEMA = file({
  ...ANY_PLACE_PROPERTIES,
  ...EXTENDS_PROPERTY,
  tasks: { ...TASKS, additionalProperties: task({ ...PACKAGE_TASK_PROPERTIES, ...TURBO_TASK_PROPERTIES }) },
});

const OWN_PACKAGE_SCHEMA = file({
  ...ANY_PLACE_PROPERTIES,
  ...EXTENDS_PROPERTY,
  ...OWN_PACKAGE_PROPERTIES,
  tasks: {
    ...TASKS,
    additionalProperties: task({ ...PACKAGE_TASK_PROPERTIES, ...TURBO_TASK_PROPERTIES, ...OWN_TASK_PROPERTIES }),
  },
});

/** The schema: every key of every kind of file. Types, validation, schema.json and the reference page come from it. */
export const CONFIG_SCHEMA = {
  turbo: { root: TURBO_ROOT_SCHEMA, package: TURBO_PACKAGE_SCHEMA },
  own: { root: OWN_ROOT_SCHEMA, package: OWN_PACKAGE_SCHEMA },
} as const satisfies Readonly<Record<ConfigKind, Readonly<Record<ConfigPlace, SchemaNode>>>>;

/** Keys kept for a later version, by where they would stand. */
export const RESERVED_KEYS = {
  root: [],
  task: ['tests'],
} as const satisfies Readonly<Record<'root' | 'task', readonly string[]>>;

type Optional = { readonly keepDefaultedPropertiesOptional: true };
/** A valid root configuration as written. */
export type RootValue = FromSchema<typeof OWN_ROOT_SCHEMA, Optional>;
/** A valid package configuration as written. */
export type PackageValue = FromSchema<typeof OWN_PACKAGE_SCHEMA, Optional>;
/** A valid task as written, in either place. */
export type TaskValue = NonNullable<PackageValue['tasks']>[string];
