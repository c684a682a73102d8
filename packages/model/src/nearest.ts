/** Longest name compared; longer ones are nobody's typo, and the cost grows with the square. */
const MAX_LENGTH = 80;

/**
 * Edit distance that counts an insertion, a deletion, a replacement or a swap of neighbours as one
 * (optimal string alignment). Letter case does not count, except that two names differing only in case are 1 apart.
 */
export function editDistance(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  if (left === right) return 1;
  if (left.length > MAX_LENGTH || right.length > MAX_LENGTH) return Math.max(left.length, right.length);
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}

/**
 * The candidate a person most likely meant by `name`: the smallest edit distance, the first by order on a tie;
 * undefined when none is within a third of the longer name's length (at least 1, for names as short as `ui`).
 */
export function findNearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const allowed = Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (Math.abs(name.length - candidate.length) > allowed) continue;
    const distance = editDistance(name, candidate);
    const better = distance < bestDistance || (distance === bestDistance && best !== undefined && candidate < best);
    if (distance > allowed || !better) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/**
 * {@link findNearest} among names of packages, where the scope may have been left out: `api` is no short form of `@acme/api`,
 * but most likely what was meant, and so may be `aip`.
 */
export function findNearestPackage(name: string, packages: Iterable<string>): string | undefined {
  const names = [...packages];
  const bare = new Map(names.filter((each) => each.startsWith('@')).map((each) => [withoutScope(each), each]));
  const meant = bare.has(name) ? name : findNearest(name, bare.keys());
  return findNearest(name, names) ?? (meant === undefined ? undefined : bare.get(meant));
}

function withoutScope(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}
