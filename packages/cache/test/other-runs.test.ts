import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TaskFingerprint } from '@tr/model';
import type { LocalCache } from '../src/index.js';
import { createRig, fingerprintOf, letClockTick, taskOf } from './rig.js';

const TASK = taskOf();
const ONE = fingerprintOf(TASK, 'one');
const TWO = fingerprintOf(TASK, 'two');

for (const [what, disturb] of [
  ['restored', undefined],
  ['found right, as nothing had been written yet,', 'one'],
] as const) {
  test(`outputs that another run has ${what} meanwhile are not stored`, async (t) => {
    const rig = createRig(t);
    await rig.run({ task: TASK, fingerprint: ONE, make: () => rig.write('web/dist/a', 'one') });
    const [mine, other] = [rig.open().tasks, rig.open().tasks];
    await mine.lookup(TASK, TWO);
    await mine.forgetOutputs(TASK);
    rig.write('web/dist/a', disturb ?? 'two');
    const lookup = await other.lookup(TASK, ONE);
    assert.ok(lookup.hit);
    // A machine on the same files, whose locks are not respected, does not wait.
    assert.equal((await other.restore(TASK, lookup.entry)).outcome, disturb === undefined ? 'restored' : 'fresh');
    if (disturb !== undefined) rig.write('web/dist/a', 'two');
    const saved = await mine.save(TASK, TWO, { durationMs: 1, logPath: join(rig.directory, 'log') });
    assert.deepEqual(saved, { saved: false, reason: { reason: 'outputs-changed', paths: ['web/dist/a'] } });
    assert.equal((await rig.open().tasks.lookup(TASK, TWO)).hit, false);
  });
}

test('a result that was stored first stays, and other outputs on disk are not taken for it', async (t) => {
  const rig = createRig(t);
  const { tasks } = rig.open();
  assert.equal((await tasks.lookup(TASK, ONE)).hit, false);
  await rig.run({ task: TASK, fingerprint: ONE, make: () => rig.write('web/dist/a', 'one') });
  await tasks.forgetOutputs(TASK);
  rig.write('web/dist/a', 'two');
  letClockTick(rig.directory);
  const saved = await tasks.save(TASK, ONE, { durationMs: 1, logPath: join(rig.directory, 'log') });
  assert.equal(saved.saved, true);
  assert.equal((await rig.run({ task: TASK, fingerprint: ONE, make: () => assert.fail() })).outcome, 'restored');
  assert.equal(rig.read('web/dist/a'), 'one');
});

test('what was made while another run changed the outputs of a dependency is not stored', async (t) => {
  const rig = createRig(t);
  const near = { ...taskOf('mid#build'), dependencies: [TASK.id] };
  const far = { ...taskOf('app#build'), dependencies: [near.id] };
  const runBelow = async (cache: LocalCache, fingerprint: TaskFingerprint): Promise<void> => {
    await rig.run({ task: TASK, fingerprint, make: () => rig.write('web/dist/a', fingerprint.key), cache });
    await rig.run({ task: near, fingerprint: fingerprintOf(near, 'x'), make: () => undefined, cache });
  };
  await runBelow(rig.open(), ONE);
  for (const isDisturbed of [true, false]) {
    const mine = rig.open();
    const fingerprint = fingerprintOf(far, `${isDisturbed}`);
    await runBelow(mine, TWO);
    await mine.tasks.lookup(far, fingerprint);
    await mine.tasks.forgetOutputs(far);
    rig.write('app/dist/a', rig.read('web/dist/a'));
    if (isDisturbed) await runBelow(rig.open(), ONE);
    const saved = await mine.tasks.save(far, fingerprint, { durationMs: 1, logPath: join(rig.directory, 'log') });
    const reason = { reason: 'inputs-changed', paths: ['outputs of web#build'] };
    assert.deepEqual(saved.saved ? 'saved' : saved.reason, isDisturbed ? reason : 'saved');
  }
});
