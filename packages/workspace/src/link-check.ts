import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { RelativePath } from '@tr/model';
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
    const slash = directory.lastIndexOf('/');
    const parent = directory.slice(0, Math.max(0, slash));
    const isLink = listings(parent).linked.has(directory.slice(slash + 1));
    const leadsOut = isLink ? isOutside(root, realpathSync(toAbsolute(root, directory))) : check(parent);
    known.set(directory, leadsOut);
    return leadsOut;
  };
  return check;
}

function isOutside(root: string, real: string): boolean {
  return real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep);
}
