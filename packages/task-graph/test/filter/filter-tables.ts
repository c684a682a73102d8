import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SelectionFacts } from '../rig.js';
import { packagesOf, select } from '../rig.js';

/** The workspace of most tables: two applications on a small tree of packages. */
export const packages = packagesOf({
  'apps/web': { deps: ['mid', 'side'] },
  'apps/docs': { deps: ['mid', 'other'] },
  'packages/mid': { deps: ['low', '@s/inner'] },
  'packages/low': {},
  'packages/side': {},
  'packages/other': {},
  'packages/group/inner': { name: '@s/inner' },
  'packages/group/two': { name: '@s/two', deps: ['low'] },
});

export const ALL = '@s/inner @s/two docs low mid other side web';

/** Filters (separated by blanks) -> what they select: seen in output of Turborepo 2.11.11, words of errors apart. */
export type Table = Readonly<Record<string, string>>;

/** One test per row. */
export function check(table: Table, facts: Omit<SelectionFacts, 'filters'>): void {
  for (const [filters, expected] of Object.entries(table)) {
    test(`${filters === '' ? 'no filter' : `\`${filters}\``} selects ${expected === '' ? 'nothing' : expected}`, () => {
      assert.equal(select({ ...facts, filters: filters.split(' ').filter((filter) => filter !== '') }), expected);
    });
  }
}

/** The failures, in short. */
export const unknown = (filter: string, name = filter, nearest = '') =>
  `graph/filter-unknown-package filter=${filter} package=${name}${nearest && ` nearest=${nearest}`}`;
export const invalid = (filter: string, problem: string) => `graph/invalid-filter filter=${filter} problem=${problem}`;
export const noDirectory = (filter: string, directory: string) =>
  `graph/filter-unknown-directory filter=${filter} directory=${directory}`;
