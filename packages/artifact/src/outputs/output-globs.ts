import picomatch from 'picomatch';
import { createStarsTest, type OutputSpec, type RelativePath } from '@tr/model';

/** One output glob, taken apart: what is literal at its start, and the rest. Paths are workspace-relative. */
export interface OutputGlob {
  /** As written in the configuration. */
  readonly pattern: string;
  /** Directory or file that every match lies at or below; `''` is the workspace root. */
  readonly base: RelativePath;
  /** Glob below `base`; `''` when everything was literal: then `base` and all below it match. */
  readonly rest: string;
  /** How many levels below `base` a match can lie; undefined = any number. */
  readonly depth: number | undefined;
}

/** The outputs of one task, compiled. */
export interface OutputMatcher {
  readonly includes: readonly OutputGlob[];
  /** Patterns that lead out of the workspace: nothing matches them. */
  readonly outside: readonly string[];
  /** True when the globs declare this path. */
  matches(path: RelativePath): boolean;
  /** True when this one inclusion has the path; exclusions are not considered. */
  matchesGlob(glob: OutputGlob, path: RelativePath): boolean;
  /** True when an exclusion has the path itself (then everything below it is excluded too). */
  isExcluded(path: RelativePath): boolean;
}

/**
 * A dot is like any character, `(a|b)` is a name and not a group, as in the glob language of Turborepo. Without `posix` a
 * `[!a]` would be taken for `!` or `a`. Inputs are matched by `fingerprint`; test/contract/glob-language compares the two.
 */
const OPTIONS = { dot: true, nonegate: true, noextglob: true, posix: true } as const;
/** Braces without a choice: to the library `{a}` is a name and `{a..c}` a range, in this language they are what is inside. */
const BRACES_AROUND_ONE = /(?<!\\)\{([^{},\\]*)\}/g;

/**
 * Compiles the outputs of a task of the package in `directory`. Semantics probed on Turborepo 2.11: a literal pattern
 * that names a directory means it and everything below; `dist/**` has `dist` itself; `dist/*` has directories without
 * their content; an exclusion that has a directory has everything below it. The package directory itself never matches.
 * `real`: where the package lies, if its directory is a link. A pattern that begins with `..` counts from the directory.
 */
export function compileOutputs(spec: OutputSpec, directory: RelativePath, real = directory): OutputMatcher {
  const outside: string[] = [];
  const compile = (pattern: string): CompiledGlob[] => {
    const glob = takeApart(pattern, /^(?:\.\/)*\.\.(?:\/|$)/.test(pattern) ? directory : real);
    if (glob === undefined) outside.push(pattern);
    return glob === undefined ? [] : [{ ...glob, test: glob.rest === '' ? undefined : toTest(glob.rest) }];
  };
  const includes = spec.include.flatMap(compile);
  const excludes = spec.exclude.flatMap(compile);
  const isPackage = (path: string): boolean => path === real || path === directory || path === '';
  const isExcluded = (path: string): boolean => excludes.some((glob) => hasPath(glob, path));
  const excludedBelow = new Map<string, boolean>();
  const isAncestorExcluded = (path: string): boolean => {
    if (excludes.length === 0) return false;
    const parent = parentOf(path);
    if (parent === '') return false;
    const known = excludedBelow.get(parent);
    if (known !== undefined) return known;
    const answer = isExcluded(parent) || isAncestorExcluded(parent);
    excludedBelow.set(parent, answer);
    return answer;
  };
  return {
    includes,
    outside,
    matches: (path) =>
      !isPackage(path) &&
      includes.some((glob) => hasPath(glob, path)) &&
      !isExcluded(path) &&
      !isAncestorExcluded(path),
    matchesGlob: (glob, path) => !isPackage(path) && hasPath(glob, path),
    isExcluded,
  };
}

/** Most tasks of a workspace have the same globs below their directories, and compiling one takes longer than a stat. */
const tests = new Map<string, (path: string) => boolean>();

function toTest(glob: string): (path: string) => boolean {
  // What most tasks have; the library takes a millisecond to come to that.
  if (glob === '**') return () => true;
  let test = tests.get(glob);
  if (test === undefined) tests.set(glob, (test = createStarsTest(glob, OPTIONS.dot) ?? picomatch(glob, OPTIONS)));
  return test;
}

/** The answer before: most paths that are asked for lie beside one another. */
let lastParent = '';

/** As `parentOf` of the model, for paths that come one beside another. */
export function parentOf(path: RelativePath): RelativePath {
  const { length } = lastParent;
  // A search from the end takes V8 a thousand instructions, and each piece of a string that it makes is hashed anew.
  if (length > 0 && path[length] === '/' && path.startsWith(lastParent) && !path.includes('/', length + 1))
    return lastParent;
  lastParent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  return lastParent;
}

interface CompiledGlob extends OutputGlob {
  readonly test?: ((path: string) => boolean) | undefined;
}

function hasPath(glob: CompiledGlob, path: string): boolean {
  const { base, rest, test } = glob;
  const below = base === '' ? path : pathBelow(base, path);
  if (below === undefined) return false;
  if (rest === '') return true;
  return below === '' ? rest === '**' : test?.(below) === true;
}

/** The part of `path` below `base`, `''` for `base` itself, undefined for anything else. */
function pathBelow(base: string, path: string): string | undefined {
  if (!path.startsWith(base)) return undefined;
  if (path.length === base.length) return '';
  return path[base.length] === '/' ? path.slice(base.length + 1) : undefined;
}

function takeApart(pattern: string, directory: string): OutputGlob | undefined {
  if (pattern.startsWith('/') || /^[A-Za-z]:/.test(pattern)) return undefined;
  const base = directory === '' ? [] : directory.split('/');
  const rest: string[] = [];
  for (const segment of pattern.split('/')) {
    if (segment === '' || segment === '.') continue;
    const literal = rest.length === 0 && !/[*?[\]{}\\]/.test(segment);
    if (segment !== '..') (literal ? base : rest).push(segment);
    else if (rest.length > 0 || base.pop() === undefined) return undefined;
  }
  const glob = rest
    .join('/')
    .replace(/[()|]/g, String.raw`\$&`)
    .replace(BRACES_AROUND_ONE, '$1');
  const isUnbounded = rest.some((segment) => segment.includes('**') || segment.includes('{'));
  return { pattern, base: base.join('/'), rest: glob, depth: isUnbounded || glob === '' ? undefined : rest.length };
}
