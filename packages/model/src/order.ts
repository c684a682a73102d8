/**
 * Compares by UTF-16 code units: the one order used before hashing or printing, the same on every
 * machine and in every locale.
 */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A sorted copy, by {@link compareStrings}. */
export function sorted<T extends string>(values: Iterable<T>): T[] {
  return [...values].sort(compareStrings);
}

/** A sorted copy without duplicates. */
export function sortedUnique<T extends string>(values: Iterable<T>): T[] {
  return sorted(new Set(values));
}
