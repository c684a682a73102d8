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

test('changes that are outputs themselves come with their database', async (t) => {
  const rig = createRig(t);
  const tree = { 'dist/app.db': 'a', 'dist/app.db-wal': 'changes' };
  rig.write(tree);
  const manifest = await rig.save('one');
  rig.remove('dist/app.db');
  assert.equal((await rig.restore(manifest)).outcome, 'restored');
  assert.deepEqual(rig.read(), tree);
});

test('changes that an earlier result has left are removed with it', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/app.db': 'a' });
  const manifest = await rig.save('one');
  rig.write({ 'dist/app.db': 'b', 'dist/app.db-wal': 'changes' });
  await rig.save('two');
  assert.equal((await rig.restore(manifest)).outcome, 'restored');
  assert.deepEqual(rig.read(), { 'dist/app.db': 'a' });
});

test('a directory that is called like a database has none', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/x.db': null, 'dist/x.db-wal': 'x' });
  const include = ['dist/x.db'];
  const manifest = await rig.save('one', include);
  assert.equal((await rig.restore(manifest, { include })).outcome, 'fresh');
});
