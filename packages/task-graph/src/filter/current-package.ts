import type { Package, PackageName, RelativePath } from '@tr/model';
import { ROOT_PACKAGE } from '@tr/model';
import type { PackageSelector } from './package-selector.js';
import { normalisePath } from './directory-pattern.js';

/** Where a command was started, as far as filters care. */
export interface CurrentPlace {
  /** The package around the current directory; undefined in a folder of packages. */
  readonly package: PackageName | undefined;
  /** Directory of that package, else the current directory. */
  readonly directory: RelativePath;
}

/** The innermost package around `directory`, or the folder itself; undefined at the root of the workspace. */
export function findCurrentPlace(
  packages: ReadonlyMap<PackageName, Package>,
  directory: RelativePath,
): CurrentPlace | undefined {
  if (directory === '') return undefined;
  let innermost: Package | undefined;
  for (const candidate of packages.values()) {
    const isAround = directory === candidate.directory || directory.startsWith(`${candidate.directory}/`);
    if (candidate.name === ROOT_PACKAGE || !isAround) continue;
    if (innermost === undefined || candidate.directory.length > innermost.directory.length) innermost = candidate;
  }
  return { package: innermost?.name, directory: innermost?.directory ?? directory };
}

/**
 * Narrows a selector to the current place, as Turborepo does: a selector with a name or a label is taken as it is (a directory
 * next to it counts from the root); one without a name is about the current package, or in a folder about the packages
 * below it, and its directory counts from there.
 */
export function narrowToPlace(selector: PackageSelector, place: CurrentPlace | undefined): PackageSelector {
  if (place === undefined || selector.name !== undefined || selector.tag !== undefined) return selector;
  const { directory } = selector;
  if (directory !== undefined)
    return { ...selector, name: place.package, directory: normalisePath(place.directory, directory) };
  if (place.package !== undefined) return { ...selector, name: place.package };
  return { ...selector, directory: `${place.directory}/**` };
}
