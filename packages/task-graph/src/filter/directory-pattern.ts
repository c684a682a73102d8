import { createStarsTest, isCostlyGlob, type RelativePath } from '@tr/model';
import picomatch from 'picomatch';

/** A directory of a filter, ready to be compared with package directories. */
export interface DirectoryPattern {
  readonly isGlob: boolean;
  /** The path, or the part of a glob before its first wildcard: what has to exist. May lead out of the workspace. */
  readonly base: string;
  matches(directory: RelativePath): boolean;
}

/**
 * Joins and cleans POSIX paths: no `.`, no empty part, `..` taken back where something is before it. The root is `''`;
 * a path out of the root starts with `..`.
 */
export function normalisePath(...paths: readonly string[]): string {
  const parts: string[] = [];
  for (const part of paths.flatMap((path) => path.split('/'))) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/**
 * Compiles a cleaned path. Without a wildcard it stands for that one directory, nothing below it. Undefined when the
 * glob is not valid.
 */
export function createDirectoryPattern(path: string): DirectoryPattern | undefined {
  if (!isGlob(path)) return { isGlob: false, base: path, matches: (directory) => directory === path };
  if (!isValidGlob(path)) return undefined;
  const segments = path.split('/');
  const base = segments.slice(0, segments.findIndex(isGlob)).join('/');
  // Without `posix` a `[!a]` would be taken for `!` or `a`.
  const isMatch =
    createStarsTest(path, true) ?? picomatch(path, { dot: true, noextglob: true, nonegate: true, posix: true });
  const matchesRoot = canMatchRoot(segments);
  return { isGlob: true, base, matches: (directory) => (directory === '' ? matchesRoot : isMatch(directory)) };
}

function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** Turborepo's globs have no groups and no escapes, and `**` is a whole segment, never twice in a row. */
function isValidGlob(path: string): boolean {
  if (/[()\\<>]/.test(path) || isCostlyGlob(path)) return false;
  const segments = path.split('/');
  return !segments.some(
    (segment, at) => (segment.includes('**') && segment !== '**') || (segment === '**' && segments[at + 1] === '**'),
  );
}

/** `*`, `**`, and both once after each other match the empty path of the root directory (as in Turborepo). */
function canMatchRoot(segments: readonly string[]): boolean {
  const stars = segments.filter((segment) => segment === '*').length;
  return stars <= 1 && segments.every((segment) => segment === '*' || segment === '**');
}
