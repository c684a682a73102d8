import { join, sep } from 'node:path';
import type { RelativePath } from '@tr/model';

/** Native absolute path of a workspace-relative one. */
export function toAbsolute(root: string, path: RelativePath): string {
  if (path === '') return root;
  // Once per package and more: `join` takes longer than the system call that follows.
  return sep === '/' && root !== sep ? `${root}/${path}` : join(root, path);
}

/** A directory of the workspace and those above it, outermost first, without the root itself. */
export function selfAndParents(directory: RelativePath): readonly RelativePath[] {
  const parts = directory.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
