import type { FilterProblem, GraphFailure, Result } from '@tr/model';
import { fail, ok } from '@tr/model';
import type { GitRange, PackageSelector } from './package-selector.js';

/** Name, directory in braces and range in brackets, each optional. A name starts with no dot. */
const PARTS = /^([^.{}[\]][^{}[\]]*?)?(\{[^}]*\})?((?:\.{3})?\[[^\]]*\])?$/;

type Parts = Pick<PackageSelector, 'name' | 'tag' | 'directory' | 'isBarePath' | 'range' | 'matchDependencies'>;

const TAG = 'tag:';

/**
 * Parses one `--filter` value; the grammar is Turborepo's. A selector that names nothing (`...`, `^...`) is parsed
 * too, since it has a meaning inside a package or folder: `selectPackages` refuses it at the root.
 */
export function parseFilter(text: string): Result<PackageSelector, GraphFailure> {
  const exclude = text.startsWith('!');
  const { rest, ...reach } = stripReach(exclude ? text.slice(1) : text);
  const parts = parseParts(rest);
  if (!parts.ok) return fail({ code: 'graph/invalid-filter', filter: text, problem: parts.failure });
  const excludeSelf = reach.excludeSelf && !parts.value.isBarePath;
  return ok({ text, exclude, ...parts.value, ...reach, excludeSelf });
}

/** Takes off `...` and `^` at both ends, the end first: `....` is the directory `.` with its dependencies. */
function stripReach(
  text: string,
): Pick<PackageSelector, 'includeDependents' | 'includeDependencies' | 'excludeSelf'> & { readonly rest: string } {
  let rest = text;
  let excludeSelf = false;
  const includeDependencies = rest.endsWith('...');
  if (includeDependencies) {
    rest = rest.slice(0, -3);
    if (rest.endsWith('^')) [rest, excludeSelf] = [rest.slice(0, -1), true];
  }
  const includeDependents = rest.startsWith('...');
  if (includeDependents) {
    rest = rest.slice(3);
    if (rest.startsWith('^')) [rest, excludeSelf] = [rest.slice(1), true];
  }
  return { rest, includeDependents, includeDependencies, excludeSelf };
}

/** What follows a name or a label: a directory in braces, a range in brackets. */
const QUALIFIERS = /^(.*?)(\{[^}]*\})?((?:\.{3})?\[[^\]]*\])?$/s;

/** The label is what stands before a brace or bracket, or a JSON string. */
function parseTagged(text: string): Result<Parts, FilterProblem> {
  const quoted = /^"(?:[^"\\]|\\.)*"/.exec(text)?.[0];
  const [, bare = '', braces, brackets] = QUALIFIERS.exec(text.slice(quoted?.length ?? 0)) ?? [];
  const label = quoted === undefined ? bare : bare === '' ? parseText(quoted) : undefined;
  if (!label || (quoted === undefined && /^"|[{}[\]]/.test(label))) return fail('invalid-tag');
  const qualifiers = parseQualifiers(braces, brackets);
  return qualifiers.ok ? ok({ ...qualifiers.value, name: undefined, tag: label, isBarePath: false }) : qualifiers;
}

function parseText(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseParts(text: string): Result<Parts, FilterProblem> {
  if (text.startsWith(TAG)) return parseTagged(text.slice(TAG.length));
  const match = PARTS.exec(text);
  if (match === null) return parseWhole(text);
  const [, name, braces, brackets] = match;
  const qualifiers = parseQualifiers(braces, brackets);
  if (!qualifiers.ok) return qualifiers;
  const { directory, matchDependencies } = qualifiers.value;
  if (matchDependencies && name === undefined && directory === undefined) return fail('dependencies-of-nothing');
  return ok({ ...qualifiers.value, name, tag: undefined, isBarePath: false });
}

function parseQualifiers(
  braces: string | undefined,
  brackets: string | undefined,
): Result<Pick<Parts, 'directory' | 'range' | 'matchDependencies'>, FilterProblem> {
  const directory = braces === undefined ? ok(undefined) : parseBraces(braces);
  if (!directory.ok) return directory;
  const range = brackets === undefined ? ok(undefined) : parseRange(brackets.replace(/^\.{3}/, '').slice(1, -1));
  if (!range.ok) return range;
  const matchDependencies = brackets?.startsWith('...') ?? false;
  return ok({ directory: directory.value, range: range.value, matchDependencies });
}

/** What does not fall into parts is a bare path or a name as a whole. */
function parseWhole(text: string): Result<Parts, FilterProblem> {
  const whole = { tag: undefined, range: undefined, matchDependencies: false };
  if (/^\.{1,2}($|[/\\])/.test(text)) {
    return ok({ ...whole, name: undefined, directory: toPosix(text), isBarePath: true });
  }
  if (/[{}[\]]/.test(text)) return fail('stray-bracket');
  return ok({ ...whole, name: text, directory: undefined, isBarePath: false });
}

function parseBraces(braces: string): Result<string, FilterProblem> {
  const directory = toPosix(braces.slice(1, -1));
  if (directory === '') return fail('empty-directory');
  if (directory.startsWith('/') || /^[A-Za-z]:/.test(directory)) return fail('absolute-directory');
  return ok(directory);
}

/** A path completed by a Windows shell starts with `.\`; any other backslash stays and is refused by the glob rules. */
function toPosix(path: string): string {
  return /^\.{1,2}\\/.test(path) ? path.replaceAll('\\', '/') : path;
}

/** A reference that starts with `-` is refused: git would take it for an option. */
function parseRange(text: string): Result<GitRange, FilterProblem> {
  const [from = '', to, ...more] = text.split('...');
  const isReference = (reference: string) => reference !== '' && !reference.startsWith('-');
  if (!isReference(from) || more.length > 0) return fail('invalid-range');
  if (to === undefined) return parseTwoDots(text) ?? ok({ kind: 'work-tree', from });
  return isReference(to) ? ok({ kind: 'commits', from, to }) : fail('invalid-range');
}

/** git's `a..b`, both sides named. No ref has two dots in its name. */
function parseTwoDots(text: string): Result<GitRange, FilterProblem> | undefined {
  const [from = '', to, ...more] = text.split('..');
  if (to === undefined) return undefined;
  const isRange = from !== '' && to !== '' && !to.startsWith('-') && more.length === 0;
  return isRange ? ok({ kind: 'difference', from, to }) : fail('invalid-range');
}
