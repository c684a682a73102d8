import type { LockedEntry } from '../reading.js';

/** More rounds than any real lockfile needs; a file that needs more keeps all its entries apart. */
const MAX_ROUNDS = 100;

/**
 * Classes of entries that mean the same: equal label and detail, and edges that lead to equal classes (npm and Bun list
 * a package once per place it is installed at). Partition refinement: starts with too few classes and splits
 * until nothing changes. Returns the class of each entry; classes count from 0.
 */
export function classifyTwins(entries: readonly LockedEntry[]): Int32Array {
  let classes = group(entries.map((entry) => `${entry.label}\0${entry.detail}`));
  for (let round = 0; classes.count < entries.length; round += 1) {
    if (round === MAX_ROUNDS) return Int32Array.from(entries.keys());
    const next = split(entries, classes);
    if (next.count === classes.count) break;
    classes = next;
  }
  return classes.of;
}

interface Classes {
  readonly of: Int32Array;
  readonly count: number;
}

function group(signatures: readonly string[]): Classes {
  const ids = new Map<string, number>();
  const of = new Int32Array(signatures.length);
  for (const [index, signature] of signatures.entries()) {
    const id = ids.get(signature) ?? ids.size;
    ids.set(signature, id);
    of[index] = id;
  }
  return { of, count: ids.size };
}

/** Tells apart members of a class whose edges lead to different classes. Single members need no look. */
function split(entries: readonly LockedEntry[], classes: Classes): Classes {
  const sizes = new Int32Array(classes.count);
  for (const id of classes.of) sizes[id] = (sizes[id] ?? 0) + 1;
  return group(
    entries.map((entry, index) => {
      const id = classes.of[index] ?? 0;
      if (sizes[id] === 1) return String(id);
      const edges = entry.edges.map((edge) => `${edge.name}\0${classes.of[edge.target] ?? -1}`);
      return `${id}\0${edges.toSorted().join('\0')}`;
    }),
  );
}
