import type { RelativePath } from '@tr/model';
import { expandBraces } from './expand-braces.js';
import { isLiteralName, nameExpression } from './name-pattern.js';

/** One segment of a glob. `depth` is `**`: any number of directories, or none. */
type Segment =
  | { readonly kind: 'depth' }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'pattern'; readonly test: (name: string) => boolean };

/**
 * A glob over workspace-relative paths. Matching steps from directory to directory with the set of segments reached so
 * far, so that a walk enters only directories that can hold a match.
 */
export interface Glob {
  /** From the workspace root; the first ones may be `..`. */
  readonly segments: readonly Segment[];
  /** The path it names, when the pattern has nothing to interpret. */
  readonly literal: RelativePath | undefined;
}

/** Segments reached, as indexes into `Glob.segments`; its length stands for a full match. */
export type Reached = readonly number[];

/**
 * The globs a pattern stands for, counted from `directory`. `.` and `..` are resolved, so that a pattern may reach out
 * of the package; a dot at the start of a name is matched by `*`, as any character.
 */
export function compileGlob(directory: RelativePath, pattern: string): readonly Glob[] {
  let parsed = parsedPatterns.get(pattern);
  if (parsed === undefined) parsedPatterns.set(pattern, (parsed = parsePattern(pattern)));
  const globs: Glob[] = [];
  for (const alternative of parsed) globs.push(countFrom(directory, alternative));
  return globs;
}

/** One alternative of a pattern, wherever it is counted from. */
interface Parsed {
  /** How many directories it leads up first. */
  readonly ups: number;
  readonly segments: readonly Segment[];
  /** Its text below that, when it has nothing to interpret. */
  readonly literal: string | undefined;
}

/** Patterns of a configuration: every package has the same few. */
const parsedPatterns = new Map<string, readonly Parsed[]>();

function parsePattern(pattern: string): readonly Parsed[] {
  const alternatives = expandBraces(pattern);
  const parsed = alternatives.flatMap(parseOne);
  // Braces make a pattern of it, though every alternative is a name.
  return alternatives[0] === pattern ? parsed : parsed.map((one) => ({ ...one, literal: undefined }));
}

function parseOne(pattern: string): readonly Parsed[] {
  const { ups, names } = takeApart(pattern);
  const last = names.at(-1);
  // `dir*/` asks for directories: there is no file of that name.
  if (pattern.endsWith('/') && last !== undefined && last !== '**' && !isLiteralName(last)) return [];
  const isLiteral = names.every((name) => name !== '**' && isLiteralName(name));
  return [{ ups, segments: names.map(segmentOf), literal: isLiteral ? names.join('/') : undefined }];
}

function countFrom(directory: RelativePath, { ups, segments, literal }: Parsed): Glob {
  const base = ups === 0 ? directory : goUp(directory, ups);
  const names = base === '' ? [] : base.split('/');
  const all: Segment[] = [];
  for (const name of names) all.push({ kind: 'name', name });
  for (const segment of segments) all.push(segment);
  return { segments: all, literal: literal === undefined ? undefined : joinNames(base, literal) };
}

function joinNames(base: string, below: string): string {
  if (base === '' || below === '') return base + below;
  return `${base}/${below}`;
}

/** The glob of everything below a directory, whose name is taken literally. */
export function everythingBelow(directory: RelativePath): Glob {
  const names = directory === '' ? [] : directory.split('/');
  const literals = names.map((name): Segment => ({ kind: 'name', name }));
  return { segments: [...literals, { kind: 'depth' }], literal: undefined };
}

function takeApart(pattern: string): { readonly ups: number; readonly names: readonly string[] } {
  let ups = 0;
  const names: string[] = [];
  for (const name of pattern.split('/')) {
    if (name === '' || name === '.' || (name === '**' && names.at(-1) === '**')) continue;
    if (name !== '..') names.push(...spreadStars(name));
    else if (names.length > 0) names.pop();
    else ups += 1;
  }
  return { ups, names };
}

/** `..` that lead out of the workspace stay. */
function goUp(directory: RelativePath, ups: number): string {
  const names = directory === '' ? [] : directory.split('/');
  for (let up = 0; up < ups; up++) {
    if (names.length > 0 && names.at(-1) !== '..') names.pop();
    else names.push('..');
  }
  return names.join('/');
}

/** `**` beside other characters reaches below, as Turborepo has it: `**.ts` is `**` and `*.ts`, `a**` is `a*` and `**`. */
function spreadStars(name: string): readonly string[] {
  if (name === '**' || !name.includes('**') || /\\|\*{3}/.test(name)) return [name];
  const parts = name.split('**');
  const last = parts.length - 1;
  return parts.flatMap((part, index) => {
    const named = part === '' ? [] : [`${index > 0 ? '*' : ''}${part}${index < last ? '*' : ''}`];
    return index < last ? [...named, '**'] : named;
  });
}

/** Names in the patterns of a configuration: every package has the same ones. */
const known = new Map<string, Segment>();

function segmentOf(name: string): Segment {
  let segment = known.get(name);
  if (segment === undefined) known.set(name, (segment = toSegment(name)));
  return segment;
}

function toSegment(name: string): Segment {
  if (name === '**') return { kind: 'depth' };
  if (isLiteralName(name)) return { kind: 'name', name };
  if (/^\*+$/.test(name)) return { kind: 'pattern', test: () => true };
  const suffix = /^\*([^*?[\\]+)$/.exec(name)?.[1];
  if (suffix !== undefined) return { kind: 'pattern', test: (candidate) => candidate.endsWith(suffix) };
  const expression = nameExpression(name);
  return { kind: 'pattern', test: (candidate) => expression?.test(candidate) === true };
}

/** What is reached at the workspace root. */
export function startOf(glob: Glob): Reached {
  return close(glob, [0]);
}

/** What is reached after one more name. Empty: nothing below can match. */
export function step(glob: Glob, reached: Reached, name: string): Reached {
  const next: number[] = [];
  for (const at of reached) {
    const segment = glob.segments[at];
    if (segment === undefined) continue;
    if (segment.kind === 'depth') next.push(at);
    else if (matchesName(segment, name)) next.push(at + 1);
  }
  return close(glob, next);
}

/** `**` may also stand for no directory at all. */
function close(glob: Glob, reached: number[]): Reached {
  for (let index = 0; index < reached.length; index++) {
    const at = reached[index] ?? 0;
    if (glob.segments[at]?.kind === 'depth' && !reached.includes(at + 1)) reached.push(at + 1);
  }
  return reached;
}

function matchesName(segment: Segment, name: string): boolean {
  if (segment.kind === 'name') return segment.name === name;
  return segment.kind === 'depth' || segment.test(name);
}

/** True when a path that ends here matches. */
export function isMatch(glob: Glob, reached: Reached): boolean {
  return reached.includes(glob.segments.length);
}

/** True when {@link step} by `name` gives a match; makes nothing. */
export function matchesFile(glob: Glob, reached: Reached, name: string): boolean {
  const end = glob.segments.length;
  for (const at of reached) {
    const segment = glob.segments[at];
    if (segment === undefined || !matchesName(segment, name)) continue;
    if (segment.kind === 'depth' ? at + 1 === end : at + 1 === end || isLastDepth(glob, at + 1)) return true;
  }
  return false;
}

function isLastDepth(glob: Glob, at: number): boolean {
  return glob.segments[at]?.kind === 'depth' && at + 1 === glob.segments.length;
}

/** True when every path below here matches. */
export function matchesEverything(glob: Glob, reached: Reached): boolean {
  return reached.some((at) => isLastDepth(glob, at));
}

/** What every match begins with: the names before the first one that is a pattern. May be `''`. */
export function literalStartOf(glob: Glob): string {
  const names: string[] = [];
  for (const segment of glob.segments) {
    if (segment.kind !== 'name') break;
    names.push(segment.name);
  }
  return names.join('/');
}

/** True when the workspace-relative path matches. */
export function matchesPath(glob: Glob, path: RelativePath): boolean {
  return isMatch(glob, stepAlong(glob, path));
}

/** True when the path matches, or lies in what the glob names: a name may be that of a directory, and stands for everything in it. */
export function coversPath(glob: Glob, path: RelativePath): boolean {
  return matchesPath(glob, path) || (glob.literal !== undefined && path.startsWith(`${glob.literal}/`));
}

/** What is reached at a workspace-relative path. */
export function stepAlong(glob: Glob, path: RelativePath): Reached {
  let reached = startOf(glob);
  if (path === '') return reached;
  for (const name of path.split('/')) {
    reached = step(glob, reached, name);
    if (reached.length === 0) break;
  }
  return reached;
}

/** The name of the only entry that can lead on, when it is a fixed one. */
export function onlyName(glob: Glob, reached: Reached): string | undefined {
  const [at] = reached;
  if (at === undefined || reached.length > 1) return undefined;
  const segment = glob.segments[at];
  return segment?.kind === 'name' ? segment.name : undefined;
}
