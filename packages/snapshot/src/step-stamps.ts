import { statSync } from 'node:fs';
import { join } from 'node:path';

/** When each step was last touched, in the system's own terms; undefined = it is not there. */
export type StepStamps = ReadonlyMap<string, string | undefined>;

/** Looks at steps, whose paths are relative to `directory`. */
export function stampSteps(directory: string, paths: readonly string[]): StepStamps {
  return new Map(paths.map((path) => [path, stampOf(join(directory, path))]));
}

/**
 * Steps that were written since, sorted: also those that have their old content again. A branch that is checked out while
 * a migration runs, and left again, leaves no other trace, and a database of the other branch.
 */
export function findTouched(directory: string, stamps: StepStamps): readonly string[] {
  return [...stamps].flatMap(([path, stamp]) => (stampOf(join(directory, path)) === stamp ? [] : [path])).sort();
}

/** Programs can set every time but that of the last change. */
function stampOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.ino} ${stats.ctimeNs} ${stats.size}`;
}
