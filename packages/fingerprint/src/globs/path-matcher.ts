import type { OutputSpec, RelativePath } from '@tr/model';
import { compileGlob, coversPath, matchesPath } from './glob.js';

/** Whether a POSIX path without `./` matches any of `globs` and none of those with a `!` in front, in any order. */
export function createPathMatcher(globs: readonly string[]): (path: RelativePath) => boolean {
  const compile = (patterns: readonly string[]) => patterns.flatMap((pattern) => compileGlob('', pattern));
  const include = compile(globs.filter((glob) => !glob.startsWith('!')));
  const exclude = compile(globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1)));
  return (path) => include.some((glob) => matchesPath(glob, path)) && !exclude.some((glob) => matchesPath(glob, path));
}

/** Whether a path is one of what globs counted from `directory` declare: the name of a directory stands for everything in it. */
export function createDeclaredMatcher(directory: RelativePath, spec: OutputSpec): (path: RelativePath) => boolean {
  const compile = (patterns: readonly string[]) => patterns.flatMap((pattern) => compileGlob(directory, pattern));
  const [include, exclude] = [compile(spec.include), compile(spec.exclude)];
  return (path) => include.some((glob) => coversPath(glob, path)) && !exclude.some((glob) => matchesPath(glob, path));
}
