import { posix } from 'node:path';
import type { RelativePath } from '@tr/model';
import type { Disk } from '@tr/store';

/** Links in a row that are followed; what Linux allows. */
const MAX_LINKS = 40;

/**
 * Where a directory of a workspace lies when links on the way are followed, such as a package that is a link to a directory
 * elsewhere in the workspace: outputs belong there. The directory as it is where it leads out of the workspace or nowhere.
 */
export function findRealDirectory(disk: Disk, root: string, directory: RelativePath): RelativePath {
  let path = directory;
  for (let links = 0; links < MAX_LINKS; links++) {
    const next = followFirstLink(disk, root, path);
    if (next === undefined || next === '..' || next.startsWith('../')) return directory;
    if (next === path) return path === '.' ? '' : path;
    path = next;
  }
  return directory;
}

/** The same path when there is none; undefined when it leads out, or the way cannot be seen. */
function followFirstLink(disk: Disk, root: string, path: RelativePath): RelativePath | undefined {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const start = end === -1 ? path : path.slice(0, end);
    const target = start === '' ? undefined : readLinkAt(disk, `${root}/${start}`);
    if (target !== undefined) {
      const isInside = !target.startsWith('/') || target.startsWith(`${root}/`);
      const inside = target.startsWith('/') ? target.slice(root.length + 1) : posix.join(posix.dirname(start), target);
      return isInside ? posix.join(inside, path.slice(start.length)) : undefined;
    }
    if (end === -1) return path;
  }
}

function readLinkAt(disk: Disk, native: string): string | undefined {
  try {
    return disk.lstat(native)?.isSymbolicLink() === true ? disk.readLink(native) : undefined;
  } catch {
    // What may not be looked at is met again where outputs are.
    return undefined;
  }
}
