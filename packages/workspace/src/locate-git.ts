import { join, basename, dirname, resolve } from 'node:path';
import type { GitLocation } from '@tr/model';
import { selfAndAncestors } from './find-workspace-root.js';
import { isDirectory, isFile, readTextIfFile } from './read-text.js';

/**
 * The git repository that `root` lies in, found by reading `.git` as gitrepository-layout(5) describes it; no git
 * process is started. Knows linked work trees, submodules and `--separate-git-dir`. GIT_DIR is not considered.
 * Undefined when there is none.
 */
export function locateGit(root: string): GitLocation | undefined {
  for (const workTree of selfAndAncestors(root)) {
    const dotGit = join(workTree, '.git');
    const pointer = isDirectory(dotGit) ? undefined : readTextIfFile(dotGit);
    const gitDir = pointer === undefined ? dotGit : readPointer(workTree, pointer);
    if (gitDir !== undefined && isFile(join(gitDir, 'HEAD'))) return toLocation(workTree, gitDir);
    // A directory without HEAD is no repository, and git itself passes over it. A file that leads nowhere is that of a work tree
    // without its repository: the one around it, which may ignore everything here, is another.
    if (pointer !== undefined) return undefined;
  }
  return undefined;
}

function readPointer(workTree: string, text: string): string | undefined {
  const target = /^gitdir: (.+?)[\r\n]*$/.exec(text)?.[1];
  return target === undefined ? undefined : resolve(workTree, target);
}

function toLocation(workTree: string, gitDir: string): GitLocation {
  const pointer = readTextIfFile(join(gitDir, 'commondir'))?.trim();
  if (pointer === undefined) return { workTree, gitDir, commonDir: gitDir, mainWorkTree: workTree };
  const commonDir = resolve(gitDir, pointer);
  return { workTree, gitDir, commonDir, mainWorkTree: findMainWorkTree(commonDir) };
}

/** The main work tree of a repository with linked ones: `core.worktree` (submodules), else the parent of `.git`. */
function findMainWorkTree(commonDir: string): string | undefined {
  const core = readCoreSection(readTextIfFile(join(commonDir, 'config')) ?? '');
  const workTree = core.get('worktree');
  if (workTree !== undefined) return resolve(commonDir, workTree);
  if (core.get('bare') === 'true' || basename(commonDir) !== '.git') return undefined;
  return dirname(commonDir);
}

/** Keys of `[core]`, lower case. Only what this file asks for; not a general reader of git configuration. */
function readCoreSection(text: string): ReadonlyMap<string, string> {
  const core = new Map<string, string>();
  let section = '';
  for (const line of text.split('\n')) {
    const header = /^\s*\[\s*([^\]\s]+)[^\]]*\]\s*$/.exec(line);
    if (header) section = header[1]?.toLowerCase() ?? '';
    const entry = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (section === 'core' && entry?.[1] && entry[2] !== undefined) {
      core.set(entry[1].toLowerCase(), entry[2].replace(/^"(.*)"$/, '$1'));
    }
  }
  return core;
}
