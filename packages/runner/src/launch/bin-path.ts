import type { PackageManagerName } from '@tr/model';
import { delimiter, dirname, join } from 'node:path';
import { variableName } from './variable-name.js';

/** Where a package lies. Absolute native paths. */
export interface PackagePlace {
  readonly root: string;
  readonly directory: string;
}

/** Where a shell looks when it has no PATH at all (a service, `env -i`): an empty one would not even find the shell. */
const STANDARD_PATH = delimiter === ':' ? '/usr/local/bin:/usr/bin:/bin' : '';

/**
 * PATH of a script: the `.bin` of its package first, then those above. npm and bun go up to the root of the file
 * system, pnpm and Yarn add the workspace root's only. Entries that PATH had already are not repeated.
 */
export function computeBinPath(
  place: PackagePlace,
  manager: PackageManagerName | undefined,
  inherited: string | undefined,
): string {
  const directories = goesAllTheWayUp(manager) ? listAncestors(place.directory) : [place.directory, place.root];
  const bins = directories.map((directory) => join(directory, 'node_modules', '.bin'));
  const before = (inherited ?? STANDARD_PATH).split(delimiter).filter((entry) => entry !== '');
  return [...new Set([...bins, ...before])].join(delimiter);
}

/** A copy of `environment` with another PATH, under the name it has there (`Path` on Windows; elsewhere that is another variable). */
export function withPath(
  environment: Readonly<Record<string, string>>,
  change: (path: string | undefined) => string,
): Record<string, string> {
  const name = variableName(environment, 'PATH', delimiter === ';');
  return { ...environment, [name]: change(environment[name]) };
}

function goesAllTheWayUp(manager: PackageManagerName | undefined): boolean {
  return manager === undefined || manager === 'npm' || manager === 'bun';
}

function listAncestors(directory: string): readonly string[] {
  const ancestors = [directory];
  for (let next = dirname(directory); next !== ancestors.at(-1); next = dirname(next)) ancestors.push(next);
  return ancestors;
}
