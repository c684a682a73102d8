import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { sortedUnique, type RelativePath, type Workspace } from '@tr/model';
import { toAbsolute } from './paths.js';

/**
 * Changed files as git names them, and those behind a link that leads to a package (`widgets/a` to `submodules/a`) also by their
 * place in that package. What stands for more than a file, such as a submodule, becomes the package. Sorted when any was added.
 */
export function addLinkedPlaces(
  { root, packages }: Pick<Workspace, 'root' | 'packages'>,
  files: readonly RelativePath[],
): readonly RelativePath[] {
  if (files.length === 0) return files;
  const added: RelativePath[] = [];
  for (const { directory } of packages.values()) {
    const real = directory === '' ? '' : findRealPlace(root, directory);
    if (real === directory) continue;
    for (const path of files) {
      if (path.startsWith(`${real}/`)) added.push(directory + path.slice(real.length));
      else if (path === real || real.startsWith(`${path}/`)) added.push(directory);
    }
  }
  return added.length === 0 ? files : sortedUnique([...files, ...added]);
}

/** The directory as it is where it cannot be looked at, or leads out of the workspace. */
function findRealPlace(root: string, directory: RelativePath): RelativePath {
  const real = tryRealPath(toAbsolute(root, directory));
  const start = root.endsWith(sep) ? root : root + sep;
  return real?.startsWith(start) === true ? real.slice(start.length).split(sep).join('/') : directory;
}

function tryRealPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
