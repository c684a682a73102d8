import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphFacts, Packages } from '../rig.js';
import { packagesOf, show } from '../rig.js';

export const scripts = ['build', 'lint', 'dev'];
/** a -> b -> c and a -> c; b has only a `lint` script. */
export const packages = packagesOf({
  'packages/a': { deps: ['b', 'c'], scripts },
  'packages/b': { deps: ['c'], scripts: ['lint'] },
  'packages/c': { scripts },
});

/** What `run` is given (names, `--only`, filters) -> the graph: seen in output of Turborepo 2.11.11. */
export type Table = Readonly<Record<string, string>>;

/** One test per row. */
export function check(
  table: Table,
  facts: Omit<GraphFacts, 'run' | 'filters' | 'only' | 'packages'> & { readonly packages?: Packages },
): void {
  for (const [line, expected] of Object.entries(table)) {
    test(`${line}: ${expected}`, () => {
      const words = line.split(' ');
      const filters = words.flatMap((word) => (word.startsWith('-F') ? word.slice(2) : []));
      const run = words.filter((word) => !word.startsWith('-'));
      assert.equal(show({ packages, ...facts, run, filters, only: words.includes('--only') }), expected);
    });
  }
}
