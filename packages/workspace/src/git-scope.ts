import { relative, sep } from 'node:path';
import type { GitWorkspace } from './git.js';

/** The workspace as a path below the top of the work tree; git prints paths relative to that top. */
export function toScope({ root, git }: GitWorkspace): {
  readonly prefix: string;
  readonly pathspec: readonly string[];
} {
  const path = relative(git.workTree, root).split(sep).join('/');
  return path === '' ? { prefix: '', pathspec: [] } : { prefix: `${path}/`, pathspec: [path] };
}
