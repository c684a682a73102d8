import { toByteText, toLowerAscii, wildmatch } from './wildmatch.js';

/** What a list of ignore patterns says about a path: nothing, when no pattern matches. */
export type IgnoreVerdict = 'ignored' | 'included' | undefined;

/** A compiled `.gitignore` file. */
export interface IgnoreFile {
  /** `path` is relative to the directory of the file; its parents are judged by the caller. */
  verdict(path: string, isDirectory: boolean): IgnoreVerdict;
}

/** One pattern of a `.gitignore` or `.gitattributes` file, by the rules of git's documentation (gitignore). */
export type PathPattern = (path: string, isDirectory: boolean) => boolean;

interface Rule {
  readonly verdict: 'ignored' | 'included';
  readonly matches: PathPattern;
}

/** Compiles the text of an ignore file. The last pattern that matches decides. */
export function parseIgnoreFile(text: string, ignoreCase: boolean): IgnoreFile {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => parseRule(line.replace(/\r$/, ''), ignoreCase))
    .filter((rule) => rule !== undefined)
    .reverse();
  return {
    verdict: (path, isDirectory) => rules.find((rule) => rule.matches(path, isDirectory))?.verdict,
  };
}

function parseRule(line: string, ignoreCase: boolean): Rule | undefined {
  // Trailing blanks do not count unless escaped.
  const trimmed = line.replace(/(?<!\\)((?:\\\\)*) +$/, '$1');
  if (trimmed === '' || trimmed.startsWith('#')) return undefined;
  const isNegated = trimmed.startsWith('!');
  const matches = compilePathPattern(isNegated ? trimmed.slice(1) : trimmed, ignoreCase);
  return matches && { verdict: isNegated ? 'included' : 'ignored', matches };
}

/** Compiles one pattern; undefined when it matches nothing. */
export function compilePathPattern(written: string, ignoreCase: boolean): PathPattern | undefined {
  const directoriesOnly = written.endsWith('/');
  const pattern = toByteText(directoriesOnly ? written.slice(0, -1) : written);
  if (pattern === '') return undefined;
  const test = pattern.includes('/') ? wholePath(pattern, ignoreCase) : byName(pattern, ignoreCase);
  return (path, isDirectory) => (isDirectory || !directoriesOnly) && test(toByteText(path));
}

type ByteTest = (path: string) => boolean;

/** A pattern without a slash is compared with the last name of the path, at any depth. */
function byName(pattern: string, ignoreCase: boolean): ByteTest {
  const test = withoutCase(ignoreCase, nameTest(pattern, ignoreCase));
  return (path) => test(path.slice(path.lastIndexOf('/') + 1));
}

function nameTest(pattern: string, ignoreCase: boolean): ByteTest {
  const wanted = ignoreCase ? toLowerAscii(pattern) : pattern;
  if (literalLength(wanted) === wanted.length) return (name) => name === wanted;
  const isSuffix = wanted.startsWith('*') && literalLength(wanted.slice(1)) === wanted.length - 1;
  if (isSuffix) return (name) => name.endsWith(wanted.slice(1));
  return (name) => wildmatch(pattern, name, ignoreCase);
}

/** Any other one is compared with the whole path. What it begins with is taken off both first, as git does: a `**` may follow. */
function wholePath(pattern: string, ignoreCase: boolean): ByteTest {
  const inner = pattern.startsWith('/') ? pattern.slice(1) : pattern;
  const length = literalLength(inner);
  const start = ignoreCase ? toLowerAscii(inner.slice(0, length)) : inner.slice(0, length);
  const rest = inner.slice(length);
  const test: ByteTest = (path) =>
    path.startsWith(start) && (rest === '' ? path.length === length : wildmatch(rest, path.slice(length), ignoreCase));
  return withoutCase(ignoreCase, test);
}

function withoutCase(ignoreCase: boolean, test: ByteTest): ByteTest {
  return ignoreCase ? (path) => test(toLowerAscii(path)) : test;
}

/** Of what comes before anything to interpret. */
function literalLength(pattern: string): number {
  const at = pattern.search(/[*?[\\]/);
  return at < 0 ? pattern.length : at;
}
