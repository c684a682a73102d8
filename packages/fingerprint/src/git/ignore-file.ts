import { isLiteralName, nameExpression, namePatternSource, wholeExpression } from '../globs/name-pattern.js';

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
  const pattern = directoriesOnly ? written.slice(0, -1) : written;
  if (pattern === '') return undefined;
  const test = pattern.includes('/') ? anchored(pattern, ignoreCase) : byName(pattern, ignoreCase);
  if (test === undefined || !directoriesOnly) return test;
  return (path, isDirectory) => isDirectory && test(path);
}

/** A pattern without a slash is compared with the last name of the path, at any depth. */
function byName(pattern: string, ignoreCase: boolean): ((path: string) => boolean) | undefined {
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  if (isLiteralName(pattern) && !ignoreCase) return (path) => nameOf(path) === pattern;
  const expression = nameExpression(pattern, ignoreCase ? 'i' : '');
  return expression && ((path) => expression.test(nameOf(path)));
}

function anchored(pattern: string, ignoreCase: boolean): ((path: string) => boolean) | undefined {
  const names = (pattern.startsWith('/') ? pattern.slice(1) : pattern).split('/');
  let source = '';
  names.forEach((name, at) => {
    const isLast = at === names.length - 1;
    if (name === '**') source += isLast ? '.+' : '(?:.*/)?';
    else source += namePatternSource(name) + (isLast ? '' : '/');
  });
  const expression = wholeExpression(source, ignoreCase ? 'i' : '');
  return expression && ((path) => expression.test(path));
}
