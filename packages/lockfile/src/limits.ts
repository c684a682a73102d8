import { MalformedLockfile } from './shape.js';

/** Some twenty times what the largest real lockfiles have. */
const MAX_EDGES = 2_000_000;
/** Longer than any path that can exist on a disk. */
const MAX_KEY_LENGTH = 4096;

/** Counts edges as they are made; refuses a file whose edges would fill the memory (a name with many versions asked for many times). */
export function createEdgeBudget(): (edges: number) => void {
  let left = MAX_EDGES;
  return (edges) => {
    left -= edges;
    if (left < 0) throw new MalformedLockfile('it has too many dependencies');
  };
}

/** Refuses a path that would take too long to walk up. */
export function checkKeyLength(key: string): void {
  if (key.length > MAX_KEY_LENGTH) throw new MalformedLockfile('a path in it is too long');
}
