/**
 * The configuration of a workspace.
 * Owns: turbo-like.config.json and turbo.json, their schema, validation, defaults, and the task definition of every package.
 * Refuses: knowing which packages exist (told by the caller), whether a task has a script, words for people.
 * Terms: `turbo` file = turbo.json or turbo.jsonc; `own` file = turbo-like.config.json; `entry` = a task as written.
 */
export { loadPackageConfig, loadRootConfig } from './load/load-config.js';
export { isConcurrency } from './formats/concurrency.js';
export { parseDuration } from './formats/duration.js';
export { parseSize } from './formats/size.js';
export { parseConfigFile, type ParseOutcome } from './parse/parse-config-file.js';
export type {
  ConfigFile,
  ParsedConfig,
  ParsedPackageConfig,
  ParsedRootConfig,
  TaskEntry,
} from './parse/parsed-config.js';
export { resolvePackageConfig, type PackageConfig } from './resolve/package-config.js';
export {
  resolveRootConfig,
  type FutureFlag,
  type LocalCacheConfig,
  type RemoteCacheConfig,
  type RootConfig,
} from './resolve/root-config.js';
export {
  CONFIG_SCHEMA,
  RESERVED_KEYS,
  type ConfigKind,
  type ConfigPlace,
  type PackageValue,
  type RootValue,
  type TaskValue,
} from './schema/config-schema.js';
export type { Format, JsonType, SchemaNode } from './schema/schema-node.js';
export type { ConfiguredPackage } from './tasks/extends-chain.js';
export { createTaskDefinitions, type TaskDefinitions } from './tasks/task-definitions.js';
