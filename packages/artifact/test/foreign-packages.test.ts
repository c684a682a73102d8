/** Which packages of somebody else's are in the way of an installation that is brought back. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRig } from './rig.js';

const SITE = 'venv/lib/python3/site-packages';
const INSTALLED = { 'node_modules/a/package.json': '{}', [`${SITE}/a-1.dist-info/METADATA`]: 'a' };
const INCLUDE = ['node_modules/**', 'tools/node_modules/**', 'venv/**', 'dist/**'];

for (const [path, isFound] of [
  ['node_modules/b/package.json', true],
  ['node_modules/@s/b/package.json', true],
  ['node_modules/a/node_modules/b/package.json', true],
  ['tools/node_modules/b/package.json', true],
  [`${SITE}/b-1.dist-info/METADATA`, true],
  [`${SITE}/b.egg-info/PKG-INFO`, true],
  ['node_modules/a/esm/package.json', false],
  ['node_modules/b/index.js', false],
  ['node_modules/.pnpm/b@1/node_modules/b/package.json', false],
  ['node_modules/.cache/x/package.json', false],
  [`${SITE}/__pycache__/b.pyc`, false],
  ['dist/package.json', false],
] as const) {
  test(`${path} ${isFound ? 'is' : 'is not'} a package in the way`, async (t) => {
    const rig = createRig(t);
    rig.write(INSTALLED);
    const manifest = await rig.save('one', INCLUDE);
    rmSync(join(rig.root, '.tr/state'), { recursive: true });
    rig.write({ [path]: '{}' });
    const { outcome } = await rig.restore(manifest, { include: INCLUDE });
    assert.equal(outcome, isFound ? 'miss' : 'fresh');
  });
}

test('outputs without packages may have any beside them', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/a.js': 'a' });
  const manifest = await rig.save('one', INCLUDE);
  rmSync(join(rig.root, '.tr/state'), { recursive: true });
  rig.write({ 'node_modules/b/package.json': '{}' });
  assert.equal((await rig.restore(manifest, { include: INCLUDE })).outcome, 'fresh');
});

test('a package that the restore removes is in nobody’s way', async (t) => {
  const rig = createRig(t);
  rig.write(INSTALLED);
  const manifest = await rig.save('one', INCLUDE);
  rig.write({ 'node_modules/old/package.json': '{}' });
  await rig.save('two', INCLUDE);
  assert.equal((await rig.restore(manifest, { include: INCLUDE })).outcome, 'restored');
  assert.deepEqual(Object.keys(rig.read('node_modules')), ['a/package.json']);
});
