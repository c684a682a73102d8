import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { errorCode, STATE_DIRECTORY, type GitLocation } from '@tr/model';

/** Where state goes. Absolute native paths. */
export interface StateDirectories {
  /** `.tr` of this work tree: logs, memos, what is known about the outputs on disk. */
  readonly own: string;
  /** Stored results, shared by all worktrees of the repository. */
  readonly cache: string;
  readonly logs: string;
}

/** `setting` is a cache directory from a flag, a variable or the configuration: relative to the workspace root. */
export function resolveStateDirectories(
  root: string,
  git: GitLocation | undefined,
  setting: string | undefined,
): StateDirectories {
  const own = join(root, STATE_DIRECTORY);
  return {
    own,
    cache: setting === undefined ? join(mainRoot(root, git), STATE_DIRECTORY, 'cache') : resolve(root, setting),
    logs: join(own, 'logs'),
  };
}

/** The same workspace in the main work tree, so that linked worktrees share one cache. */
function mainRoot(root: string, git: GitLocation | undefined): string {
  if (git?.mainWorkTree === undefined || git.mainWorkTree === git.workTree) return root;
  return join(git.mainWorkTree, relative(git.workTree, root));
}

/**
 * Creates the directory with a `.gitignore` that ignores all of it; for its owner alone, since logs may show secrets and the
 * store does not know who could read an output. False when the disk will not have it: everything that
 * is kept there is then done without.
 */
export function createStateDirectory(path: string): boolean {
  const ignore = join(path, '.gitignore');
  if (existsSync(ignore)) return true;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    writeFileSync(ignore, '*\n', { flag: 'wx' });
    return true;
  } catch (error) {
    return errorCode(error) === 'EEXIST';
  }
}
