import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeDisk } from '@tr/store';
import { foldingDisk } from './folding-disk.js';
import { createRig, type Tree } from './rig.js';

const CASES: readonly (readonly [what: string, before: Tree, after: Tree])[] = [
  ['a file', { 'dist/a.js': 'a', 'dist/b': 'b' }, { 'dist/A.js': 'A', 'dist/b': 'b' }],
  ['a file with the same content', { 'dist/a.js': 'a' }, { 'dist/A.js': 'a' }],
  ['a directory', { 'dist/sub/x': 'x', 'dist/sub/y': 'y' }, { 'dist/Sub/x': 'x' }],
  ['an empty directory', { 'dist/sub': null, 'dist/b': 'b' }, { 'dist/Sub': null, 'dist/b': 'b' }],
  ['a directory that is empty now', { 'dist/sub/x': 'x', 'dist/b': 'b' }, { 'dist/Sub': null, 'dist/b': 'b' }],
  ['a link', { 'dist/l': { link: 'a' }, 'dist/a': 'a' }, { 'dist/L': { link: 'a' }, 'dist/a': 'a' }],
];

for (const [place, disk] of [
  ['case does not count', foldingDisk],
  ['case counts', nodeDisk],
] as const) {
  for (const [what, before, after] of CASES) {
    test(`${what} in another spelling is put in place, where ${place}`, async (t) => {
      const rig = createRig(t, { disk });
      rig.write(after);
      const wanted = await rig.save('after');
      rig.remove('dist');
      rig.write(before);
      const former = await rig.save('before');
      assert.equal((await rig.restore(wanted)).outcome, 'restored');
      assert.deepEqual(rig.read(), after);
      assert.equal((await rig.restore(former)).outcome, 'restored');
      assert.deepEqual(rig.read(), before);
    });
  }
}
