import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listCandidates, MAX_CANDIDATES } from '../src/candidates.js';
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
  const current = steps('1=a', '2=b', '3=c');
  const stored = [steps('1=a'), steps('1=a', '2=old'), steps('1=a', '2=b', '9=z')];
  const past = [steps('1=a', '3=c'), steps('1=a', '2=old', '3=c')];
  const found = names(listCandidates(current, { stored, past }));
  assert.deepEqual(found.slice(0, 2).sort(), ['1 2', '1 3']);
  assert.ok(found.includes('1'));
  assert.ok(!found.some((set) => set.includes('9')), 'a removed step is in no candidate');
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
