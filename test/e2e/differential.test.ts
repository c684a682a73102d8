/**
 * Whatever happens to a work tree, `tr` comes to what it comes to in a copy of it without state and outputs, and its input files are those
 * of git. Fixed seeds; `npm run differential` follows others, longer.
 */
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { followGitHistory, makeGitHistory } from '../differential/follow-git.js';
import { followHistory, makeHistory } from '../differential/follow.js';
import type { Kind } from '../differential/kinds.js';

const HISTORIES: readonly (readonly [kind: Kind, seed: number])[] = [
  ['links', 1008],
  ['submodule', 1013],
  ['linked', 1015],
  ['no-git', 1002],
  ['single', 5015],
];

for (const [kind, seed] of HISTORIES)
  test(`a random history of a work tree: ${kind}, seed ${seed}`, async () => {
    const places = { warm: tmpdir(), cold: tmpdir() };
    const { differences, story, steps } = await followHistory(makeHistory(seed, { length: 8, kind }), places);
    assert.deepEqual(differences, [], `after ${story.join('\n')}\n${differences.join('\n')}`);
    assert.equal(steps, 8);
  });

for (const seed of [202, 205, 222])
  test(`the input files are those of git, whatever happens to a repository: seed ${seed}`, async () => {
    const places = { warm: tmpdir(), cold: tmpdir() };
    const { differences, story, steps } = await followGitHistory(makeGitHistory(seed, { length: 36 }), places);
    assert.deepEqual(differences, [], `after ${story.join('\n')}\n${differences.join('\n')}`);
    assert.equal(steps, 36);
  });

test('nothing that a recorded run looked at changes unnoticed: links, seed 501', async () => {
  const places = { warm: tmpdir(), cold: tmpdir() };
  const history = makeHistory(501, { length: 4, kind: 'links', repeats: true });
  const { differences, story, steps } = await followHistory(history, places);
  assert.deepEqual(differences, [], `after ${story.join('\n')}\n${differences.join('\n')}`);
  assert.equal(steps, 4);
});
