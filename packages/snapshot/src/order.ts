import { compareStrings } from '@tr/model';
import type { Steps } from './steps.js';

/**
 * Steps that are applied one after the other as their names say: first to last. Those of two lines, and those that are
 * in none, have no order that a name could tell (each of Django's applications is a line; Alembic's names are random).
 */
export type StepLine = readonly string[];

/** Begins with a number or a time stamp, after two other characters at most: `0001_users.sql`, `V2__orders.sql`. */
const NUMBERED = /^[^0-9]{0,2}[0-9]+(?![0-9A-Za-z])/;

/** The lines of a set of steps: one for each folder whose files or folders are numbered. */
export function linesOf(paths: readonly string[]): readonly StepLine[] {
  const lines = new Map<string, string[]>();
  for (const path of paths) {
    const parts = path.split('/');
    const at = parts.findIndex((part) => NUMBERED.test(part));
    if (at === -1) continue;
    const folder = parts.slice(0, at).join('/');
    const line = lines.get(folder);
    if (line === undefined) lines.set(folder, [path]);
    else line.push(path);
  }
  return [...lines.values()].map((line) => line.sort(compareSteps));
}

/**
 * The largest part of `steps` that a migration from nothing goes through: nothing of a line after the first step that is
 * missing. What would be applied late, on top of what comes after it, may make another database, or fail.
 */
export function cutToOrder(steps: Steps, lines: readonly StepLine[]): Steps {
  const late = new Set<string>();
  for (const line of lines) {
    const missing = line.findIndex((path) => !Object.hasOwn(steps, path));
    if (missing !== -1) for (const path of line.slice(missing)) late.add(path);
  }
  return late.size === 0 ? steps : Object.fromEntries(Object.entries(steps).filter(([path]) => !late.has(path)));
}

/** By name, where numbers count as numbers, and versions as versions: `V1`, `V1.9`, `V1.10`, `V2`. */
export function compareSteps(a: string, b: string): number {
  const [left, right] = [a.split(/([0-9]+)/), b.split(/([0-9]+)/)];
  for (const [at, part] of left.entries()) {
    const other = right[at];
    if (other === undefined) break;
    // Every second part is a number.
    const order = at % 2 === 1 ? Number(part) - Number(other) : compareTexts(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareStrings(a, b);
}

function compareTexts(a: string, b: string): number {
  return Number(a === '.') - Number(b === '.') || compareStrings(a, b);
}
