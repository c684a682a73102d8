import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { parentOf, type RelativePath } from '@tr/model';
import type { DirectoryListings } from './directory-listings.js';
import { toAbsolute } from './paths.js';

/**
 * Says whether a directory of the workspace really lies outside of it, behind a link. Outputs of such a package would
 * be restored where nobody expects it. Only links cost a look at the disk: the listings are there already.
 */
export function createLinkCheck(root: string, listings: DirectoryListings): (directory: RelativePath) => boolean {
  const known = new Map<RelativePath, boolean>([['', false]]);
  const check = (directory: RelativePath): boolean => {
    const before = known.get(directory);
    if (before !== undefined) return before;
    const parent = parentOf(directory);
    const isLink = listings(parent).linked.has(directory.slice(directory.lastIndexOf('/') + 1));
    const leadsOut = isLink ? isOutside(root, realpathSync(toAbsolute(root, directory))) : check(parent);
    known.set(directory, leadsOut);
    return leadsOut;
  };
  return check;
}

function isOutside(root: string, real: string): boolean {
  return real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep);
}
