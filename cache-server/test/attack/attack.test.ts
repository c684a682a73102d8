import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAttacks } from './catalogue.js';
import { runAttacks } from './attack.js';
import { startIssuer } from './issuer.js';
import { startOurTarget } from './our-target.js';

test('nothing of the attack script gets through, and the server is well after each', async () => {
  await using issuer = await startIssuer();
  const target = await startOurTarget(issuer);
  try {
    const attacks = listAttacks(issuer);
    const outcomes = await runAttacks(attacks, target);
    assert.equal(outcomes.length, attacks.length);
    for (const [at, { title }] of attacks.entries()) {
      const outcome = outcomes[at];
      assert.ok(outcome !== undefined, `${title} was not tried`);
      assert.ok(outcome.held, `${title}: ${outcome.met}`);
    }
  } finally {
    await target.close();
  }
});
