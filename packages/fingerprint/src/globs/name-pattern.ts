import { classMembers } from '../posix-classes.js';

/** True when a segment has nothing to interpret. */
export function isLiteralName(pattern: string): boolean {
  return !/[*?[\\]/.test(pattern);
}

/**
 * The expression for one segment of a path pattern: `*` any run, `?` one character, `[a-z]`, `[!x]`, `[^x]` a set, a backslash takes
 * the next character literally. Never matches a slash. What is not closed is taken literally. Undefined for a set that cannot be
 * (`[z-a]`), which matches nothing.
 */
export function nameExpression(pattern: string): RegExp | undefined {
  const [first = '', ...afterStars] = readParts(pattern);
  const last = afterStars.pop();
  // What comes between two stars is looked for once, as early as possible: trying all places takes time without bound.
  const between = afterStars.map((part, index) => `(?=([^/]*?${part}))(?:\\${index + 1})`).join('');
  return compile(last === undefined ? first : `${first}${between}[^/]*${last}`);
}

function compile(source: string): RegExp | undefined {
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Sources of what stands between the stars, for the `u` flag. Each matches names of one length. */
function readParts(pattern: string): string[] {
  const parts = [''];
  const add = (source: string): void => void parts.push((parts.pop() ?? '') + source);
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === '*') parts.push('');
    else if (char === '?') add('[^/]');
    else if (char === '\\' && at + 1 < pattern.length) add(escapeCharacter(pattern.charAt(++at)));
    else if (char === '[') {
      const set = readSet(pattern, at);
      add(set?.source ?? '\\[');
      if (set !== undefined) at = set.end;
    } else add(escapeCharacter(char));
  }
  return parts;
}

function escapeCharacter(char: string): string {
  return /[$()*+./?[\\\]^{|}]/.test(char) ? `\\${char}` : char;
}

function readSet(pattern: string, from: number): { readonly source: string; readonly end: number } | undefined {
  let at = from + 1;
  const isNegated = pattern[at] === '!' || pattern[at] === '^';
  if (isNegated) at++;
  let body = '';
  // A closing bracket that comes first stands for itself.
  for (let first = true; at < pattern.length; first = false) {
    const char = pattern.charAt(at);
    if (char === ']' && !first) {
      return { source: isNegated ? `[^/${body}]` : `(?![/])[${body}]`, end: at };
    }
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at));
    const members = named?.[1] === undefined ? undefined : classMembers(named[1]);
    if (named !== null && members !== undefined) {
      body += members;
      at += named[0].length;
    } else if (char === '\\' && at + 1 < pattern.length) {
      body += escapeInSet(pattern.charAt(at + 1));
      at += 2;
    } else {
      // A minus between two members is a range; elsewhere it stands for itself.
      const isRange = char === '-' && !first && pattern[at + 1] !== ']' && at + 1 < pattern.length;
      body += isRange ? '-' : escapeInSet(char);
      at++;
    }
  }
  return undefined;
}

function escapeInSet(char: string): string {
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char;
}
