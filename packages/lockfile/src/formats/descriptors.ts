import { splitLabel } from '../reading.js';

/** Entries by the name part of their descriptors (`name@range` -> entry), without duplicates, in order of the entries. */
export function groupByName(indexOf: ReadonlyMap<string, number>): Map<string, readonly number[]> {
  const groups = new Map<string, Set<number>>();
  for (const [descriptor, index] of indexOf) {
    const [name] = splitLabel(descriptor);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, new Set([index]));
    else group.add(index);
  }
  return new Map([...groups].map(([name, group]) => [name, [...group].toSorted((a, b) => a - b)]));
}
