import type { Difference } from './compare.js';

/** A difference we chose. */
export interface KnownDifference {
  /** First cell of its row in docs/turborepo.md, "What differs on purpose". */
  readonly row: string;
  readonly reason: string;
  readonly explains: (difference: Difference) => boolean;
}

/** The one list of what differs on purpose in the dry run. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    row: 'no `packageManager` field',
    reason: 'A run needs no package manager; which lockfile there is tells enough.',
    explains: ({ field, turbo }) => field === 'exit' && JSON.stringify(turbo).includes('packageManager'),
  },
  {
    row: 'own state',
    reason:
      'Our state directory ignores itself, and is no input of ours; turbo takes it for a directory like any other.',
    explains: ({ field, place }) => /^(?:inputs|files)$/.test(field) && / (?:\.\.\/)*\.tr\//.test(place),
  },
];

/** The choice behind a difference; undefined = it is a bug. */
export function findKnown(difference: Difference): KnownDifference | undefined {
  return KNOWN_DIFFERENCES.find(({ explains }) => explains(difference));
}
