import assert from 'node:assert/strict';
import type { PackageName, TaskDefinition } from '@tr/model';
import {
  createTaskDefinitions,
  parseConfigFile,
  resolvePackageConfig,
  resolveRootConfig,
  type PackageConfig,
  type RootConfig,
  type TaskDefinitions,
} from '../../src/index.js';

/** Package name -> its directory and configuration (a value, written as JSON). */
export type PackageLiteral = Readonly<
  Record<
    string,
    { readonly directory?: string; readonly config?: unknown; readonly scripts?: Readonly<Record<string, string>> }
  >
>;

/** A sound root configuration from a value. */
export function rootOf(value: unknown, kind: 'turbo' | 'own' = 'own'): RootConfig {
  const file = { path: kind === 'own' ? 'turbo-like.config.json' : 'turbo.json', kind, place: 'root' } as const;
  const { config, diagnostics } = parseConfigFile(JSON.stringify(value), file);
  assert.ok(config, JSON.stringify(diagnostics));
  return resolveRootConfig(config);
}

/** A sound package configuration from a value. */
export function packageOf(value: unknown, directory: string): PackageConfig {
  const file = { path: `${directory}/turbo-like.config.json`, kind: 'own', place: 'package' } as const;
  const { config, diagnostics } = parseConfigFile(JSON.stringify(value), file);
  assert.ok(config, JSON.stringify(diagnostics));
  return resolvePackageConfig(config);
}

/** Task definitions of a workspace given as values; `//` is added. */
export function definitionsOf(root: unknown, packages: PackageLiteral, single = false): TaskDefinitions {
  const members = Object.entries(packages).map(([name, { directory = `packages/${name}`, config, scripts }]) => ({
    name: name as PackageName,
    directory,
    ...(scripts === undefined ? {} : { scripts }),
    config: config === undefined ? undefined : packageOf(config, directory),
  }));
  const rootMember = { name: '//' as PackageName, directory: '', config: undefined };
  return createTaskDefinitions(rootOf(root), [rootMember, ...members], { single });
}

/** The keys of a definition that differ from the default ones. */
export function differences(definition: TaskDefinition | undefined): Partial<TaskDefinition> | undefined {
  if (definition === undefined) return undefined;
  const plain = definitionsOf({ tasks: { plain: {} } }, { a: {} }).find('a' as PackageName, 'plain');
  assert.ok(plain);
  const keys = Object.keys(definition) as (keyof TaskDefinition)[];
  const changed = keys.filter((key) => JSON.stringify(definition[key]) !== JSON.stringify(plain[key]));
  return Object.fromEntries(changed.map((key) => [key, definition[key]]));
}
