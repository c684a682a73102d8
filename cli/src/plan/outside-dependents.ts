import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isWithin, type PackageName, type RelativePath } from '@tr/model';
import { findForeignLockfileScope } from '@tr/workspace';
import { openClosureMemo } from '../closures/closure-memo.js';
import { loadClosures } from '../closures/closures.js';
import type { Project } from '../project.js';
import { resolveStateDirectories } from '../state-directory.js';

/** Which packages a file counts for that need not lie in them. */
export type OutsideDependents = (path: RelativePath) => readonly PackageName[];

/**
 * What counts in the keys of packages though it lies outside of them, and no comparison of the lockfile shows: lockfiles of other
 * languages above them; linked directories and patches that their dependencies come from.
 */
export async function findOutsideDependents({ workspace, config }: Project): Promise<OutsideDependents> {
  const { root, git } = workspace;
  const directories = resolveStateDirectories(root, git, config.cache.dir);
  // Whoever only asks what changed leaves nothing on the disk.
  const closures = await loadClosures(workspace, openClosureMemo(directories.cache, { read: true, write: false }));
  const packages = Array.from(workspace.packages.values(), ({ name, directory }) => ({
    name,
    directory,
    // What is gone is no longer installed: whoever had it has another manifest or lockfile, unless nothing can be installed.
    linked: closures.linkedPathsOf(name).filter((path) => existsSync(join(root, path))),
  }));
  return (path) => {
    const scope = findForeignLockfileScope(path);
    return packages
      .filter(
        ({ directory, linked }) =>
          (scope !== undefined && isWithin(directory, scope)) || linked.some((place) => isWithin(path, place)),
      )
      .map(({ name }) => name);
  };
}
