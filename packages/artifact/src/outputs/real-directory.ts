import { posix, win32 } from 'node:path';
import type { RelativePath } from '@tr/model';
import type { Disk } from '@tr/store';
import { findPlaceBelow } from './place-below.js';

/** Links in a row that are followed; what Linux allows. */
const MAX_LINKS = 40;

/**
 * Where a directory of a workspace lies when links on the way are followed, such as a package that is a link to a directory
 * elsewhere in the workspace: outputs belong there. The directory as it is where it leads out of the workspace or nowhere.
 */
export function findRealDirectory(
  disk: Disk,
  root: string,
  directory: RelativePath,
  platform: NodeJS.Platform = process.platform,
): RelativePath {
  let path = directory;
  for (let links = 0; links < MAX_LINKS; links++) {
    const next = followFirstLink({ disk, root, platform }, path);
    if (next === undefined || next === '..' || next.startsWith('../')) return directory;
    if (next === path) return path === '.' ? '' : path;
    path = next;
  }
  return directory;
}

interface Ground {
  readonly disk: Disk;
  readonly root: string;
  readonly platform: NodeJS.Platform;
}

/** The same path when there is none; undefined when it leads out, or the way cannot be seen. */
function followFirstLink(ground: Ground, path: RelativePath): RelativePath | undefined {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const start = end === -1 ? path : path.slice(0, end);
    const text = start === '' ? undefined : readLinkAt(ground.disk, `${ground.root}/${start}`);
    if (text !== undefined) {
      const inside = resolveLink(ground, posix.dirname(start), text);
      return inside === undefined ? undefined : posix.join(inside, path.slice(start.length)).replace(/\/$/, '');
    }
    if (end === -1) return path;
  }
}

/** Where the text of a link in `directory` leads, from the root; undefined for an absolute place elsewhere. */
function resolveLink({ root, platform }: Ground, directory: RelativePath, text: string): RelativePath | undefined {
  const paths = platform === 'win32' ? win32 : posix;
  if (paths.isAbsolute(text)) return findPlaceBelow(root, text, platform);
  return posix.join(directory, text.split(paths.sep).join('/'));
}

function readLinkAt(disk: Disk, native: string): string | undefined {
  try {
    return disk.lstat(native)?.isSymbolicLink() === true ? disk.readLink(native) : undefined;
  } catch {
    // What may not be looked at is met again where outputs are.
    return undefined;
  }
}
