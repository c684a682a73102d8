import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listCandidates, MAX_CANDIDATES } from '../src/candidates.js';
import { compareSteps } from '../src/order.js';
import { inOrder, isProperPart, type Steps } from '../src/steps.js';

/** `{ '1.sql': 'a' }` from `1.sql=a`. */
function steps(...texts: readonly string[]): Steps {
  return Object.fromEntries(texts.map((text) => text.split('=') as [string, string])) as Steps;
}

const names = (sets: readonly Steps[]): readonly string[] => sets.map((set) => Object.keys(set).sort().join(' '));

test('a part has fewer steps, all of them unchanged', () => {
  const whole = steps('1=a', '2=b');
  assert.equal(isProperPart(steps('1=a'), whole), true);
  assert.equal(isProperPart(steps(), whole), true);
  assert.equal(isProperPart(steps('1=x'), whole), false, 'edited');
  assert.equal(isProperPart(steps('1=a', '3=c'), whole), false, 'removed or renamed');
  assert.equal(isProperPart(whole, whole), false, 'nothing is left to apply');
});

test('steps are ordered by their numbers, whatever their directories', () => {
  const files = steps('b/0002_x.py=1', 'a/0010_y.py=1', 'a/0001_z.py=1', 'V3__w.sql=1', 'noname.sql=1');
  assert.deepEqual(inOrder(files), ['a/0001_z.py', 'b/0002_x.py', 'V3__w.sql', 'a/0010_y.py', 'noname.sql']);
});

test('what is stored and what commits had are looked for, the largest first', () => {
  const current = steps('x=a', 'y=b', 'z=c');
  const stored = [steps('x=a'), steps('x=a', 'y=old'), steps('x=a', 'y=b', 'w=z')];
  const past = [steps('x=a', 'z=c'), steps('y=b', 'x=old', 'z=c')];
  const found = names(listCandidates(current, { stored, past }));
  assert.deepEqual(found.slice(0, 3).sort(), ['x y', 'x z', 'y z']);
  assert.ok(found.includes('x'));
  assert.ok(!found.some((set) => set.includes('w')), 'a removed step is in no candidate');
  assert.equal(new Set(found).size, found.length);
});

test('an edited step is in no candidate, whatever is stored', () => {
  const current = steps('1=new', '2=b', '3=c');
  const stored = [steps('1=old', '2=b'), steps('1=old', '2=b', '3=c')];
  for (const set of listCandidates(current, { stored, past: [steps('1=old', '2=b')] }))
    assert.notEqual(set['1'], 'old');
});

test('without any knowledge the last steps are left out, and the last one of each directory', () => {
  const current = steps('a/1=a', 'a/2=b', 'b/1=c');
  const found = names(listCandidates(current, { stored: [], past: [] }));
  assert.deepEqual(found.slice(0, 2).sort(), ['a/1 a/2', 'a/1 b/1']);
});

test('a thousand steps make no more candidates than one question may have', () => {
  const current = steps(...Array.from({ length: 1000 }, (_, at) => `d${at % 100}/${at}=x`));
  const past = Array.from({ length: 500 }, (_, at) =>
    steps(
      ...Object.keys(current)
        .slice(at)
        .map((name) => `${name}=x`),
    ),
  );
  assert.equal(listCandidates(current, { stored: [], past }).length, MAX_CANDIDATES);
});

test('nothing is applied late: a state that lacks a step has none that is numbered after it', () => {
  const current = steps('a/0001_x=a', 'a/0002_new=b', 'a/0003_y=c', 'b/0001_z=d');
  const stored = [steps('a/0001_x=a', 'a/0003_y=c'), steps('a/0001_x=a', 'b/0001_z=d')];
  const past = [steps('a/0001_x=a', 'a/0003_y=c', 'b/0001_z=d'), steps('a/0001_x=a', 'a/0002_new=old', 'a/0003_y=c')];
  const found = names(listCandidates(current, { stored, past }));
  assert.ok(found.includes('a/0001_x b/0001_z'), 'the other folder has an order of its own');
  assert.ok(found.includes('a/0001_x'));
  assert.ok(!found.some((set) => set.includes('0003_y') && !set.includes('0002_new')), found.join('\n'));
});

test('folders that are numbered (Prisma) are in order; names that are not (Alembic) have none', () => {
  const folders = steps('m/2024_a/up.sql=a', 'm/2025_b/up.sql=b', 'm/2026_c/up.sql=c');
  const late = steps('m/2024_a/up.sql=a', 'm/2026_c/up.sql=c');
  const inFolders = names(listCandidates(folders, { stored: [late], past: [late] }));
  assert.ok(!inFolders.includes('m/2024_a/up.sql m/2026_c/up.sql'), inFolders.join('\n'));
  const random = steps('v/1975ea83b712_a.py=a', 'v/ae1027a6acf_b.py=b', 'v/27c6a30d7c24_c.py=c');
  const some = steps('v/ae1027a6acf_b.py=b');
  assert.ok(names(listCandidates(random, { stored: [some], past: [] })).includes('v/ae1027a6acf_b.py'));
});

test('numbers in names are numbers', () => {
  const files = ['V10__c.sql', 'V9__b.sql', 'V1.10__x.sql', 'V1.9__y.sql', 'V1__a.sql'];
  assert.deepEqual(files.sort(compareSteps), ['V1__a.sql', 'V1.9__y.sql', 'V1.10__x.sql', 'V9__b.sql', 'V10__c.sql']);
});
