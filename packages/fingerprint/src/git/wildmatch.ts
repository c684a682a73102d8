import { namedClass } from './character-class.js';

/** What a pattern says about a text. */
type Outcome =
  | 'match'
  | 'no-match'
  /** No later start in the text can match either: it is too short. */
  | 'too-short'
  /** Only a `**` before may still find a match: a `*` has come to a slash. */
  | 'at-slash';

/** A comparison under way. Both texts are bytes, one character each. */
interface Comparison {
  readonly pattern: string;
  readonly text: string;
  /** Letters of ASCII are compared without case; git knows no others. */
  readonly ignoreCase: boolean;
}

const SLASH = '/';

/** The UTF-8 bytes of a text, one character each: what {@link wildmatch} compares. */
export function toByteText(text: string): string {
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Lower case of the letters of ASCII. */
export function toLowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * Git's comparison of a path with a pattern (`wildmatch` with WM_PATHNAME, as gitignore in its documentation describes it), byte by
 * byte: `?` and a set stand for one byte, so that neither matches a letter beyond ASCII. What git does with sets that are not closed or
 * not in order, and where `**` counts, is followed as it is. Takes time in proportion to both lengths at most.
 */
export function wildmatch(pattern: string, text: string, ignoreCase: boolean): boolean {
  return compare({ pattern, text, ignoreCase }, 0, 0) === 'match';
}

function compare(comparison: Comparison, patternAt: number, textAt: number): Outcome {
  const { pattern, text } = comparison;
  let at = textAt;
  for (let next = patternAt; next < pattern.length; next++, at++) {
    const sign = pattern.charAt(next);
    if (sign === '*') return compareStar(comparison, next, at);
    if (at >= text.length) return 'too-short';
    const char = folded(comparison, text.charAt(at));
    if (sign === '[') {
      const set = readSet(comparison, next + 1, char);
      if (set === undefined) return 'too-short';
      if (!set.matches || char === SLASH) return 'no-match';
      next = set.end;
    } else if (sign === '?') {
      if (char === SLASH) return 'no-match';
    } else if (sign === '\\') {
      if (pattern[++next] !== char) return 'no-match';
    } else if (folded(comparison, sign) !== char) return 'no-match';
  }
  return at < text.length ? 'no-match' : 'match';
}

function folded({ ignoreCase }: Comparison, char: string): string {
  return ignoreCase && char >= 'A' && char <= 'Z' ? char.toLowerCase() : char;
}

/** What is left of the pattern begins with a star. */
function compareStar(comparison: Comparison, star: number, textAt: number): Outcome {
  const { pattern, text } = comparison;
  let next = star + 1;
  while (pattern[next] === '*') next++;
  const isDepth = next > star + 1 && isDepthAt(comparison, star, next);
  if (isDepth && pattern[next] === SLASH) {
    // `**/` may stand for no directory at all.
    const outcome = compare(comparison, next + 1, textAt);
    if (outcome === 'match' || outcome === 'too-short') return outcome;
  }
  if (next === pattern.length) return isDepth || !text.includes(SLASH, textAt) ? 'match' : 'at-slash';
  if (!isDepth && pattern[next] === SLASH) {
    const slash = text.indexOf(SLASH, textAt);
    return slash < 0 ? 'too-short' : compare(comparison, next + 1, slash + 1);
  }
  for (let at = textAt; at < text.length; at++) {
    const outcome = compare(comparison, next, at);
    if (outcome !== 'no-match' && !(isDepth && outcome === 'at-slash')) return outcome;
    if (!isDepth && text[at] === SLASH) return 'at-slash';
  }
  return 'too-short';
}

/** Stars count as `**` only where they are a whole name of the path. */
function isDepthAt({ pattern }: Comparison, star: number, next: number): boolean {
  const begins = star === 0 || pattern[star - 1] === SLASH;
  return begins && (next === pattern.length || pattern[next] === SLASH || pattern.startsWith('\\/', next));
}

interface SetOutcome {
  readonly matches: boolean;
  /** Of the closing bracket. */
  readonly end: number;
}

/** Reads the set that begins at `from`, after its bracket; undefined when it is not closed or names no known class. */
function readSet({ pattern, ignoreCase }: Comparison, from: number, char: string): SetOutcome | undefined {
  const isNegated = pattern[from] === '!' || pattern[from] === '^';
  const first = isNegated ? from + 1 : from;
  let before = '';
  let matches = false;
  for (let at = first; at < pattern.length; at++) {
    let member = pattern.charAt(at);
    if (member === ']' && at > first) return { matches: matches !== isNegated, end: at };
    const after = pattern[at + 1];
    if (member === '\\') {
      member = pattern.charAt(++at);
      if (member === char) matches = true;
    } else if (member === '-' && before !== '' && after !== undefined && after !== ']') {
      at += after === '\\' ? 2 : 1;
      if (isBetween(char, before, pattern.charAt(at), ignoreCase)) matches = true;
      member = '';
    } else if (member === '[' && after === ':') {
      const end = pattern.indexOf(']', at + 2);
      if (end < 0) return undefined;
      if (pattern[end - 1] === ':' && end - 1 >= at + 2) {
        const has = namedClass(pattern.slice(at + 2, end - 1));
        if (has === undefined) return undefined;
        if (has(char, ignoreCase)) matches = true;
        at = end;
        member = '';
      } else if (char === '[') matches = true;
    } else if (member === char) matches = true;
    before = member;
  }
  return undefined;
}

function isBetween(char: string, low: string, high: string, ignoreCase: boolean): boolean {
  if (high === '') return false;
  if (char >= low && char <= high) return true;
  const upper = ignoreCase && char >= 'a' && char <= 'z' ? char.toUpperCase() : undefined;
  return upper !== undefined && upper >= low && upper <= high;
}
