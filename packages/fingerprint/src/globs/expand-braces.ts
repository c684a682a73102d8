/** More alternatives than this are a mistake, or an attack; the pattern is then taken as it is. */
const MOST_ALTERNATIVES = 1000;

/** `a/{b,c/{d,e}}` -> `a/b`, `a/c/d`, `a/c/e`. Escaped and unclosed braces stay. */
export function expandBraces(pattern: string): readonly string[] {
  if (!pattern.includes('{')) return [pattern];
  // Each level of nesting is a call within the one before.
  if (pattern.split('{').length > MOST_ALTERNATIVES) return [pattern];
  const expanded = expand(pattern);
  return expanded.length > MOST_ALTERNATIVES ? [pattern] : expanded;
}

function expand(pattern: string): readonly string[] {
  const brace = findBrace(pattern);
  if (brace === undefined) return [pattern];
  const head = pattern.slice(0, brace.start);
  const tails = expand(pattern.slice(brace.end + 1));
  const expanded: string[] = [];
  for (const alternative of brace.alternatives.flatMap(expand)) {
    for (const tail of tails) {
      expanded.push(head + alternative + tail);
      if (expanded.length > MOST_ALTERNATIVES) return expanded;
    }
  }
  return expanded;
}

interface Brace {
  readonly start: number;
  readonly end: number;
  readonly alternatives: readonly string[];
}

/** The first brace that is closed. */
function findBrace(pattern: string): Brace | undefined {
  let depth = 0;
  let start = -1;
  let cuts: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at++;
    else if (char === '{') {
      if (depth === 0) {
        start = at;
        cuts = [at];
      }
      depth++;
    } else if (char === ',' && depth === 1) cuts.push(at);
    else if (char === '}' && depth > 0 && --depth === 0) {
      const ends = [...cuts.slice(1), at];
      return { start, end: at, alternatives: cuts.map((cut, index) => pattern.slice(cut + 1, ends[index])) };
    }
  }
  return undefined;
}
