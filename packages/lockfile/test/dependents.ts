import type { PackageName } from '@tr/model';
import type { LockedDependent } from '../src/index.js';

/** A package at `packages/<name>` with some external dependencies. */
export function dependent(
  name: string,
  externalDependencies: Readonly<Record<string, string>>,
  internalDependencies: readonly string[] = [],
): LockedDependent {
  return {
    name: name as PackageName,
    directory: name === '//' ? '' : `packages/${name}`,
    externalDependencies,
    internalDependencies: internalDependencies as readonly PackageName[],
  };
}
