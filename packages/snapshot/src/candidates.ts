import { cutToOrder, linesOf } from './order.js';
import { inOrder, isProperPart, type Steps } from './steps.js';

/** How many ancestors are asked for at most: one question to each tier of the cache. */
export const MAX_CANDIDATES = 64;
/** How many of the last steps may be missing from a guessed ancestor. */
const GUESSED_TAIL = 12;

/** Where ancestors may be known from, nearest knowledge first. */
export interface KnownSteps {
  /** Of states that are stored on this machine. */
  readonly stored: readonly Steps[];
  /** Of earlier commits. */
  readonly past: readonly Steps[];
}

/**
 * Sets of steps worth looking for: every one is part of `current`, unchanged, and a migration of `current` from nothing
 * goes through it. What is stored here and what earlier commits had comes first; where history is cut off (a shallow clone) the last steps in order of their numbers, and the
 * last one of each directory, are left out by guess. Largest sets first, no duplicates, bounded.
 */
export function listCandidates(current: Steps, known: KnownSteps): readonly Steps[] {
  const sets = new Map<string, Steps>();
  const lines = linesOf(Object.keys(current));
  const stored = known.stored.filter((steps) => cutToOrder(steps, lines) === steps);
  const likely = [...known.past.map((past) => intersect(past, current)), ...guess(current)];
  for (const steps of [...stored, ...likely.map((found) => cutToOrder(found, lines))]) {
    if (sets.size >= MAX_CANDIDATES) break;
    if (isProperPart(steps, current)) sets.set(Object.keys(steps).sort().join('\0'), steps);
  }
  return [...sets.values()].sort((a, b) => Object.keys(b).length - Object.keys(a).length);
}

/** Of an earlier commit what is still there, unchanged: a branch whose last step was edited shares all before it. */
function intersect(past: Steps, current: Steps): Steps {
  return Object.fromEntries(Object.entries(past).filter(([path, id]) => current[path] === id));
}

function guess(current: Steps): readonly Steps[] {
  const ordered = inOrder(current);
  const withoutTail = Array.from({ length: Math.min(GUESSED_TAIL, ordered.length) }, (_, at) =>
    pick(current, ordered.slice(0, ordered.length - 1 - at)),
  );
  const last = new Map(ordered.map((path) => [path.slice(0, path.lastIndexOf('/') + 1), path]));
  const withoutOne = [...last.values()].map((left) =>
    pick(
      current,
      ordered.filter((path) => path !== left),
    ),
  );
  return [...withoutTail, ...withoutOne];
}

function pick(steps: Steps, paths: readonly string[]): Steps {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const id = steps[path];
      return id === undefined ? [] : [[path, id] as const];
    }),
  );
}
