import { createStarTest } from './star-pattern.js';

/** One name of a glob; `depth` is `**`: any number of directories, or none. */
type Segment = 'depth' | ((name: string) => boolean);

/** What glob libraries give a meaning, besides the three signs here. */
const OTHER_SIGNS = /[[\]{}()!+|\\"'$^<>,]|\*{3}/;

/** Ways to spread 255 characters over as many stars are tried in some milliseconds; each one more takes a hundred times as long. */
const MOST_IN_NAME = 3;
const MOST_IN_PATH = 8;
/** Groups and braces in a name: each may fit in two ways. */
const MOST_CHOICES = 10;
/** Half of what the library takes at most, which counts signs that were escaped twice. */
const LONGEST = 30_000;

/**
 * Tests slash-separated paths against a glob with so many stars that a library could compare it for minutes: `picomatch` makes a
 * regular expression of a glob, which tries out all ways to spread a path over the stars. This one says the same and takes time in
 * proportion to both lengths, but knows only `*`, `?` (one UTF-16 unit) and `**` (as a whole name; in a longer one it is `*`).
 * Undefined for any other glob: the library's test is quicker, or {@link isCostlyGlob}. `dot`: whether stars and `?` stand for names
 * that begin with a dot.
 */
export function createStarsTest(glob: string, dot: boolean): ((path: string) => boolean) | undefined {
  if (!hasManyStars(glob) || OTHER_SIGNS.test(glob)) return undefined;
  const segments = toSegments(glob, dot);
  return (path) => {
    let reached = withEmptyDepths(segments, new Set([0]));
    for (const name of path.split('/')) reached = withEmptyDepths(segments, step(segments, reached, name, dot));
    return reached.has(segments.length);
  };
}

function toSegments(glob: string, dot: boolean): readonly Segment[] {
  const names = glob.split('/');
  const segments = names.map((name): Segment => (name === '**' ? 'depth' : createNameTest(name, dot)));
  const lastName = names.findLastIndex((name) => name !== '**');
  // `a/**` has `a` itself, `a*/**` only what is below.
  if (lastName < names.length - 1 && names[lastName]?.endsWith('*') === true) segments.push(createNameTest('*', dot));
  return segments;
}

/** The segments that may come next, once `name` has been read. */
function step(segments: readonly Segment[], reached: ReadonlySet<number>, name: string, dot: boolean): Set<number> {
  const next = new Set<number>();
  for (const at of reached) {
    const segment = segments[at];
    if (segment === 'depth') {
      if (dot || !name.startsWith('.')) next.add(at);
    } else if (segment?.(name) === true) next.add(at + 1);
  }
  return next;
}

/** A set is walked in the order of its making, with what is added on the way. */
function withEmptyDepths(segments: readonly Segment[], reached: Set<number>): ReadonlySet<number> {
  for (const at of reached) if (segments[at] === 'depth') reached.add(at + 1);
  return reached;
}

function createNameTest(pattern: string, dot: boolean): (name: string) => boolean {
  const parts = pattern.split(/\*+/);
  const test = pattern.includes('?') ? createSignTest(parts) : createStarTest(parts);
  if (dot || !/^[*?]/.test(pattern)) return test;
  return (name) => !name.startsWith('.') && test(name);
}

/** As {@link createStarTest}, where `?` in a part is any one unit. */
function createSignTest(parts: readonly string[]): (name: string) => boolean {
  const [first = '', ...afterStars] = parts;
  const last = afterStars.pop();
  if (last === undefined) return (name) => name.length === first.length && hasPart(name, 0, first);
  return (name) => {
    const end = name.length - last.length;
    if (!hasPart(name, 0, first) || !hasPart(name, end, last)) return false;
    let at = first.length;
    for (const part of afterStars) {
      while (at <= end && !hasPart(name, at, part)) at++;
      at += part.length;
    }
    return at <= end;
  };
}

function hasPart(name: string, at: number, part: string): boolean {
  if (at < 0 || at + part.length > name.length) return false;
  for (let index = 0; index < part.length; index++) {
    if (part[index] !== '?' && part[index] !== name[at + index]) return false;
  }
  return true;
}

/** True for a glob that could be compared for minutes and that {@link createStarsTest} does not take. */
export function isCostlyGlob(glob: string): boolean {
  if (!OTHER_SIGNS.test(glob)) return false;
  return hasManyStars(glob) || glob.split('/').some((name) => countChoices(name) > MOST_CHOICES);
}

/** Too many stars and repeated groups in one name or in all, or too long a text. */
function hasManyStars(glob: string): boolean {
  if (countSpreads(glob) > MOST_IN_PATH || glob.length > LONGEST) return true;
  return glob.split('/').some((name) => countSpreads(name) > MOST_IN_NAME);
}

/**
 * As {@link isCostlyGlob}, where groups have a meaning: also for a repeated one, `+(…)` or `*(…)`, whose alternatives may fit a text in
 * several ways (`a|ab|b`), for a library would try them all.
 */
export function isCostlyGroupGlob(glob: string): boolean {
  return isCostlyGlob(glob) || [...glob.matchAll(/[*+]\(([^)]*)\)/g)].some(([, body = '']) => !fitsOneWay(body));
}

/** One set, or texts of which none begins with another one so that what is left could be the begin of a third. */
function fitsOneWay(body: string): boolean {
  if (/^\[[^[\]\\]*\]$/.test(body)) return true;
  if (/[([\]{}*+?\\"]/.test(body)) return false;
  const texts = body.split('|');
  const goesOn = (rest: string): boolean => texts.some((text) => text.startsWith(rest) || rest.startsWith(text));
  return texts.every((text, at) =>
    texts.every((other, place) => place === at || !other.startsWith(text) || !goesOn(other.slice(text.length))),
  );
}

/** What may stand for texts of any length. */
function countSpreads(text: string): number {
  return text.match(/\*+\(?|[+!]\(/g)?.length ?? 0;
}

function countChoices(text: string): number {
  return text.match(/[?@]\(|\{/g)?.length ?? 0;
}
