import { ok, OWN_CONFIG_NAME, type RelativePath, type Result, type WorkspaceFailure } from '@tr/model';
import type { DirectoryListings } from './directory-listings.js';
import { findPackageDirectories } from './package-globs.js';
import { toAbsolute } from './paths.js';
import { isDirectory } from './read-text.js';

/** What our own configuration says about packages. */
export interface ConfigPackageRules {
  /** `packages` of the root configuration: globs of directories that are packages, package.json or not. */
  readonly configPackages: readonly string[];
  /** `name` in the package's own configuration file; undefined when there is none. */
  readonly packageConfigName: (directory: RelativePath) => string | undefined;
}

/** Directories that are packages by our own configuration. */
export interface ConfigPackages {
  readonly names: ReadonlyMap<RelativePath, Naming>;
  /** Globs that match no directory, as written. */
  readonly emptyGlobs: readonly string[];
}

/** Chooses the name of a package, given the one in its package.json. */
type Naming = (manifestName: string | undefined) => string;

/**
 * Directories that our `packages` globs select, with how each is named: by its configuration file, else its
 * package.json, else the directory's own name. `*` passes over names with a leading dot; below `**` only directories
 * with a package.json or a turbo-like.config.json are packages, else every directory would be one.
 */
export function findConfigPackages(
  root: string,
  listings: DirectoryListings,
  rules: ConfigPackageRules,
): Result<ConfigPackages, WorkspaceFailure> {
  const find = (globs: readonly string[]): Result<readonly RelativePath[], WorkspaceFailure> => {
    const directories = findPackageDirectories({
      root,
      listings,
      globs,
      dot: false,
      isPackage: (directory) => {
        const { files } = listings(directory);
        return files.has('package.json') || files.has(OWN_CONFIG_NAME);
      },
    });
    if (!directories.ok) return directories;
    return ok(directories.value.filter((directory) => directory !== '' && isDirectory(toAbsolute(root, directory))));
  };
  const found = find(rules.configPackages);
  if (!found.ok) return found;
  const emptyGlobs: string[] = [];
  for (const glob of rules.configPackages.filter((each) => !each.startsWith('!'))) {
    const alone = find([glob]);
    if (alone.ok && alone.value.length === 0) emptyGlobs.push(glob);
  }
  return ok({ names: new Map(found.value.map((directory) => [directory, nameBy(directory, rules)])), emptyGlobs });
}

function nameBy(directory: RelativePath, rules: ConfigPackageRules): Naming {
  const ownName = directory.slice(directory.lastIndexOf('/') + 1);
  return (manifestName) => rules.packageConfigName(directory) ?? manifestName ?? ownName;
}
