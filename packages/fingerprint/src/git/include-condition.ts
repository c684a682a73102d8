import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, sep } from 'node:path';
import type { GitLocation } from '@tr/model';
import { toByteText, wildmatch } from './wildmatch.js';

/** What conditions of `includeIf` are about. */
export interface ConditionFacts {
  readonly git: GitLocation;
  readonly home: string | undefined;
  /** Of the file that has the condition; undefined when none has. */
  readonly path: string | undefined;
  readonly remoteUrls: () => readonly string[];
  /** Undefined on a detached HEAD. */
  readonly findBranch: () => string | undefined;
}

/** Whether `includeIf "<condition>"` includes (git-config in git's documentation, "Conditional includes"). One that is not known does not. */
export function isConditionMet(condition: string, facts: ConditionFacts): boolean {
  const [, keyword, pattern = ''] =
    /^(gitdir(?:\/i)?|onbranch|hasconfig:remote\.\*\.url):([^]*)$/.exec(condition) ?? [];
  switch (keyword) {
    case 'gitdir':
      return isGitDirectory(withContent(pattern), facts, false);
    case 'gitdir/i':
      return isGitDirectory(withContent(pattern), facts, true);
    case 'onbranch': {
      const branch = facts.findBranch();
      return branch !== undefined && matches(withContent(pattern), branch, false);
    }
    case undefined:
      return false;
    default:
      return facts.remoteUrls().some((url) => matches(pattern, url, false));
  }
}

/** As it is called and as it really is, since a home may be a link. */
function isGitDirectory(pattern: string, { git, home, path }: ConditionFacts, ignoreCase: boolean): boolean {
  const directories = [realPath(git.gitDir), git.gitDir].map(withSlashes);
  if (!pattern.startsWith('./')) {
    const whole =
      pattern.startsWith('~/') && home !== undefined ? withSlashes(realPath(home)) + pattern.slice(1) : pattern;
    const anywhere = isAbsolute(whole) ? whole : `**/${whole}`;
    return directories.some((directory) => matches(anywhere, directory, ignoreCase));
  }
  if (path === undefined) return false;
  // What stands for the dot is no pattern.
  const start = withSlashes(dirname(realPath(path)));
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  return directories.some(
    (directory) =>
      fold(directory).startsWith(fold(`${start}/`)) &&
      matches(pattern.slice(1), directory.slice(start.length), ignoreCase),
  );
}

/** A pattern of directories or branches that ends in a slash stands for all that is below; not so one of addresses. */
function withContent(pattern: string): string {
  return pattern.endsWith('/') ? `${pattern}**` : pattern;
}

function matches(pattern: string, text: string, ignoreCase: boolean): boolean {
  return wildmatch(toByteText(pattern), toByteText(text), ignoreCase);
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

function withSlashes(path: string): string {
  return path.replaceAll(sep, '/');
}
