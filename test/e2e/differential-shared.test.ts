/**
 * Whatever happens to machines that share a remote, and to the remote, `tr` comes on each of them to what it comes to in a copy without
 * state, outputs and remote. Fixed seeds; `npm run differential -- --kind=shared` follows others, longer.
 */
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { followSharedHistory, makeSharedHistory } from '../differential/shared/follow-shared.js';
import type { RemoteKind } from '../differential/shared/remote.js';

const HISTORIES: readonly (readonly [kind: RemoteKind, seed: number])[] = [
  ['server', 3216],
  ['server', 142],
  ['bucket', 101],
];

for (const [kind, seed] of HISTORIES)
  test(`a random history of machines that share a ${kind}, seed ${seed}`, async () => {
    const places = { warm: tmpdir(), cold: tmpdir() };
    const history = makeSharedHistory(seed, { length: 8, kind });
    const { differences, story, steps } = await followSharedHistory(history, places);
    assert.deepEqual(differences, [], `after ${story.join('\n')}\n${differences.join('\n')}`);
    assert.equal(steps, 8);
  });
