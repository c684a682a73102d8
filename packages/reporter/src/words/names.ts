import type { NameChanges } from '@tr/model';
import { printable } from '../text/printable.js';

/** The first name of a list and how many more there are: `src/a.ts (+2)`; empty for none. */
export function firstOf(names: readonly string[]): string {
  const [first] = names;
  if (first === undefined) return '';
  return names.length === 1 ? printable(first) : `${printable(first)} (+${names.length - 1})`;
}

/** The first of some changes, with what happened to it unless it was modified: `added src/b.ts (+2)`. */
export function firstChange(changes: NameChanges): string {
  const { added, removed, modified } = changes;
  const count = added.length + removed.length + modified.length;
  const more = count > 1 ? ` (+${count - 1})` : '';
  if (modified[0] !== undefined) return printable(modified[0]) + more;
  if (added[0] !== undefined) return `added ${printable(added[0])}${more}`;
  if (removed[0] !== undefined) return `removed ${printable(removed[0])}${more}`;
  return '';
}
