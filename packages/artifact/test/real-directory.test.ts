import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeDisk } from '@tr/store';
import { compileOutputs, findRealDirectory } from '../src/index.js';
import { createRig, writeTree } from './rig.js';

const CASES: readonly (readonly [directory: string, real: string])[] = [
  ['', ''],
  ['elsewhere/b', 'elsewhere/b'],
  ['packages/b', 'elsewhere/b'],
  ['packages/twice', 'elsewhere/b'],
  ['packages/b/inner', 'elsewhere/b/inner'],
  ['packages/group/b', 'elsewhere/b'],
  ['packages/absolute', 'elsewhere/b'],
  ['packages/slash', 'elsewhere/b'],
  ['packages/top', ''],
  ['packages/out', 'packages/out'],
  ['up', 'up'],
  ['packages/circle', 'packages/circle'],
  ['packages/there', 'packages/there'],
  ['packages/absent', 'packages/absent'],
];

test('a package that is a link lies where that leads', (t) => {
  const rig = createRig(t);
  writeTree(rig.root, {
    'elsewhere/b/inner/x': 'x',
    'packages/b': { link: '../elsewhere/b' },
    'packages/twice': { link: './b' },
    'packages/group': { link: '../elsewhere/' },
    'packages/absolute': { link: `${rig.root}/elsewhere/b` },
    'packages/slash': { link: '../elsewhere/b/' },
    'packages/top': { link: '..' },
    'packages/out': { link: '../../..' },
    up: { link: '..' },
    'packages/circle': { link: 'circle' },
    'packages/there': { link: 'back' },
    'packages/back': { link: 'there' },
  });
  for (const [directory, real] of CASES)
    assert.equal(findRealDirectory(nodeDisk, rig.root, directory), real, directory);
});

test('outputs of a package behind a link are those where it lies; what begins with `..` counts from its directory', () => {
  const matcher = compileOutputs({ include: ['dist/**', '../../../top'], exclude: ['dist/x'] }, 'a/b/c', 'elsewhere/c');
  const found = ['elsewhere/c/dist/a', 'elsewhere/c/dist/x', 'a/b/c/dist/a', 'top', 'elsewhere/c'].filter((path) =>
    matcher.matches(path),
  );
  assert.deepEqual(found, ['elsewhere/c/dist/a', 'top']);
});
