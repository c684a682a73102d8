import type { RelativePath } from '@tr/model';
import { compileGlob, matchesPath } from './glob.js';

/** Whether a POSIX path without `./` matches any of `globs` and none of those with a `!` in front, in any order. */
export function createPathMatcher(globs: readonly string[]): (path: RelativePath) => boolean {
  const compile = (patterns: readonly string[]) => patterns.flatMap((pattern) => compileGlob('', pattern));
  const include = compile(globs.filter((glob) => !glob.startsWith('!')));
  const exclude = compile(globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1)));
  return (path) => include.some((glob) => matchesPath(glob, path)) && !exclude.some((glob) => matchesPath(glob, path));
}
