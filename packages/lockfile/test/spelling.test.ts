import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAILSAFE_SCHEMA, dump, load } from 'js-yaml';
import type { Fixture } from './fixtures.js';
import { FIXTURES, closures } from './fixtures.js';

/** The same value with every object's keys in another order. Lists keep theirs. */
function shuffled(value: unknown, next: () => number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, next));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [next(), key, shuffled(item, next)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => a - b).map(([, key, item]) => [key, item]));
}

/** Numbers from a seed (a 32-bit linear congruential generator): a failing order can be made again. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}

function reorder(fixture: Fixture, seed: number): string {
  const next = numbersFrom(seed);
  switch (fixture.kind) {
    case 'npm':
      return JSON.stringify(shuffled(JSON.parse(fixture.text), next));
    case 'bun': {
      const value: unknown = JSON.parse(fixture.text.replaceAll(/,(\s*[}\]])/g, '$1'));
      return `// a comment\n${JSON.stringify(shuffled(value, next), null, 4)} /* another */`;
    }
    case 'pnpm':
    case 'berry':
      return `# a comment\n${dump(shuffled(load(fixture.text, { schema: FAILSAFE_SCHEMA }), next), { schema: FAILSAFE_SCHEMA })}`;
    case 'yarn': {
      const blocks = fixture.text.split('\n\n').filter((block) => block.includes('version'));
      const ordered = blocks.map((block) => [next(), block] as const).toSorted(([a], [b]) => a - b);
      return `# yarn lockfile v1\n\n\n${ordered.map(([, block]) => `${block.trim()}\n`).join('\n\n')}`;
    }
  }
}

for (const fixture of FIXTURES) {
  describe(`row 24: the spelling of a lockfile of ${fixture.name}`, () => {
    it('blank lines and line ends do not count', async () => {
      const expected = await closures(fixture, fixture.text);
      for (const text of [`${fixture.text}\n\n`, fixture.text.replaceAll('\n', '\r\n'), `\uFEFF${fixture.text}`])
        assert.deepEqual(await closures(fixture, text), expected);
    });

    it('the order of keys does not count, and comments do not', async () => {
      const expected = JSON.stringify(await closures(fixture, fixture.text));
      for (let seed = 1; seed <= 20; seed += 1) {
        const text = reorder(fixture, seed);
        assert.notEqual(text, fixture.text);
        assert.equal(JSON.stringify(await closures(fixture, text)), expected, `seed ${seed}`);
      }
    });
  });
}
