import { InvariantError, sorted, sortedUnique, type ServiceDefinition, type SourcePosition } from '@tr/model';
import { parseDuration } from '../formats/duration.js';
import { parseSize } from '../formats/size.js';
import type { ConfigFile, ParsedRootConfig, TaskEntry } from '../parse/parsed-config.js';
import type { RootValue } from '../schema/config-schema.js';
import { FUTURE_FLAGS_SCHEMA } from '../schema/future-flags.js';
import { GLOBAL_PROPERTIES } from '../schema/global.js';
import { resolveServices } from './services.js';

/** Name of a future flag. */
export type FutureFlag = keyof (typeof FUTURE_FLAGS_SCHEMA)['properties'];

/** Settings of the local cache. */
export interface LocalCacheConfig {
  /** As written, relative to the root unless absolute; undefined = inside `.tr` of the main worktree. */
  readonly dir: string | undefined;
  /** Bytes; `Infinity` when the bound is switched off. */
  readonly maxSizeBytes: number;
  /** Milliseconds; `Infinity` when the bound is switched off. */
  readonly maxAgeMs: number;
}

/** `remoteCache` as written; empty when there is none. */
export type RemoteCacheConfig = Readonly<NonNullable<RootValue['remoteCache']>>;

/** The root configuration with every default filled in. */
export interface RootConfig {
  readonly source: Pick<ConfigFile, 'path' | 'kind'>;
  /** Labels of the root package. */
  readonly tags: readonly string[];
  /** By key as written: `build`, `web#build`, `//#build`. */
  readonly tasks: ReadonlyMap<string, TaskEntry>;
  /** Globs from the root, sorted; `!` entries first. Empty under `futureFlags.globalConfiguration`. */
  readonly globalDependencies: readonly string[];
  /** Variable patterns, sorted. */
  readonly globalEnv: readonly string[];
  /** Variable patterns, sorted; undefined = not set. */
  readonly globalPassThroughEnv: readonly string[] | undefined;
  /** `global.inputs`: globs from the root that task definitions already contain. */
  readonly globalInputs: readonly string[];
  readonly envMode: 'strict' | 'loose';
  /** A whole number from 1 or a percentage such as `50%`; undefined = not set. */
  readonly concurrency: string | undefined;
  readonly cache: LocalCacheConfig;
  readonly remoteCache: RemoteCacheConfig;
  /** Globs of directories that are packages without a package.json, as written. */
  readonly packages: readonly string[];
  readonly launch: 'direct' | 'package-manager';
  /** Servers that tasks may need, by name. */
  readonly services: ReadonlyMap<string, ServiceDefinition>;
  readonly dangerouslyDisablePackageManagerCheck: boolean;
  readonly futureFlags: Readonly<Record<FutureFlag, boolean>>;
  /** Where a key at the top stands; the start of the file when it is not there. */
  readonly position: (key?: string) => SourcePosition;
}

/** Fills in the defaults. */
export function resolveRootConfig(parsed: ParsedRootConfig): RootConfig {
  const { value, file } = parsed;
  const futureFlags = resolveFutureFlags(value);
  const settings = globalSettings(value, futureFlags.globalConfiguration);
  return {
    source: { path: file.path, kind: file.kind },
    tags: value.tags ?? [],
    tasks: parsed.tasks,
    globalDependencies: sorted(settings.dependencies),
    globalEnv: sortedUnique(settings.env),
    globalPassThroughEnv: settings.passThroughEnv === undefined ? undefined : sortedUnique(settings.passThroughEnv),
    globalInputs: settings.inputs,
    envMode: settings.shared.envMode ?? GLOBAL_PROPERTIES.envMode.default,
    concurrency: settings.shared.concurrency === undefined ? undefined : String(settings.shared.concurrency),
    cache: resolveCache(value.cache ?? {}, settings.shared),
    remoteCache: settings.shared.remoteCache ?? {},
    packages: value.packages ?? [],
    launch: value.launch ?? 'direct',
    services: resolveServices(value.services),
    dangerouslyDisablePackageManagerCheck: settings.shared.dangerouslyDisablePackageManagerCheck ?? false,
    futureFlags,
    position: parsed.position,
  };
}

type SharedSettings = Pick<
  RootValue,
  | 'envMode'
  | 'concurrency'
  | 'cacheDir'
  | 'cacheMaxAge'
  | 'cacheMaxSize'
  | 'dangerouslyDisablePackageManagerCheck'
  | 'remoteCache'
>;

interface GlobalSettings {
  readonly shared: SharedSettings;
  readonly dependencies: readonly string[];
  readonly inputs: readonly string[];
  readonly env: readonly string[];
  readonly passThroughEnv: readonly string[] | undefined;
}

/** The global settings from the place where the future flag says they are. */
function globalSettings(value: RootValue, underGlobal: boolean): GlobalSettings {
  if (!underGlobal)
    return {
      shared: value,
      dependencies: value.globalDependencies ?? [],
      inputs: [],
      env: value.globalEnv ?? [],
      passThroughEnv: value.globalPassThroughEnv,
    };
  const block = value.global ?? {};
  const { inputs = [], env = [], passThroughEnv } = block;
  return { shared: block, dependencies: [], inputs, env, passThroughEnv };
}

function resolveCache(cache: NonNullable<RootValue['cache']>, shared: SharedSettings): LocalCacheConfig {
  const { cacheMaxSize, cacheMaxAge } = GLOBAL_PROPERTIES;
  return {
    dir: cache.dir ?? shared.cacheDir,
    maxSizeBytes: toBound(parseSize(cache.maxSize ?? shared.cacheMaxSize ?? cacheMaxSize.default)),
    maxAgeMs: toBound(parseDuration(cache.maxAge ?? shared.cacheMaxAge ?? cacheMaxAge.default)),
  };
}

/** Zero switches a bound off, as in Turborepo. */
function toBound(amount: number | undefined): number {
  if (amount === undefined) throw new InvariantError('a bound of the cache was not validated');
  return amount === 0 ? Number.POSITIVE_INFINITY : amount;
}

function resolveFutureFlags(value: RootValue): Readonly<Record<FutureFlag, boolean>> {
  const names = Object.keys(FUTURE_FLAGS_SCHEMA.properties) as FutureFlag[];
  const entries = names.map((name) => [name, value.futureFlags?.[name] ?? false] as const);
  return Object.fromEntries(entries) as Record<FutureFlag, boolean>;
}
