/** Which files beside which outputs are changes of a database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRig } from './rig.js';

for (const [output, beside, isJournal] of [
  ['app.sqlite3', 'app.sqlite3-wal', true],
  ['app.DB', 'app.DB-journal', true],
  ['test.sqlite3-1', 'test.sqlite3-1-wal', true],
  ['.sqlite', '.sqlite-wal', true],
  ['app.sqlite3', 'app.sqlite3-shm', false],
  ['app.sqlite3', 'other.sqlite3-wal', false],
  ['sqlite', 'sqlite-wal', false],
  ['app.js', 'app.js-wal', false],
] as const) {
  test(`${beside} beside ${output} ${isJournal ? 'is' : 'is not'} a reason to execute`, async (t) => {
    const rig = createRig(t);
    rig.write({ [`dist/${output}`]: 'a' });
    const manifest = await rig.save('one', [`dist/${output}`]);
    rig.write({ [`dist/${beside}`]: 'changes' });
    const { outcome } = await rig.restore(manifest, { include: [`dist/${output}`] });
    assert.equal(outcome, isJournal ? 'miss' : 'fresh');
    if (isJournal) await assert.rejects(rig.pack({ include: [`dist/${output}`] }), /unsafe-output/);
    rig.write({ [`dist/${beside}`]: '' });
    assert.equal((await rig.restore(manifest, { include: [`dist/${output}`] })).outcome, 'fresh');
  });
}
