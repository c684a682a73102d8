import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { nodeDisk } from '@tr/store';
import { openOutputRecords, openStagingArea, removeTree } from '../src/index.js';

const HOURS = 60 * 60 * 1000;
const STAGED = `restore-${'0'.repeat(18)}`;
const REMOTE = `restore-remote-${'0'.repeat(18)}`;

/** Two directories: one that is swept, and somebody's own with a file in it. */
function makeDirectories(t: TestContext): { readonly area: string; readonly outside: string; readonly file: string } {
  const base = mkdtempSync(join(tmpdir(), 'tr-sweeps-'));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const [area, outside] = [join(base, 'area'), join(base, 'outside')];
  mkdirSync(outside);
  const file = join(outside, 'file');
  writeFileSync(file, '');
  return { area, outside, file };
}

test('what killed processes have staged is removed when it is old, and nothing else', (t) => {
  const { area } = makeDirectories(t);
  for (const name of [STAGED, REMOTE, 'restore-db', 'notes']) {
    mkdirSync(join(area, name, 'deep'), { recursive: true });
    writeFileSync(join(area, name, 'deep/file'), '');
  }
  openStagingArea(nodeDisk, area, dirname(area)).dispose(Date.now());
  assert.equal(readdirSync(area).length, 4);
  openStagingArea(nodeDisk, area, dirname(area)).dispose(Date.now() + 2 * HOURS);
  assert.deepEqual(readdirSync(area).sort(), ['notes', 'restore-db']);
});

test('a link that is named like a staged tree is not followed', (t) => {
  const { area, outside, file } = makeDirectories(t);
  mkdirSync(area);
  symlinkSync(outside, join(area, STAGED));
  openStagingArea(nodeDisk, area, dirname(area)).dispose(Date.now() + 2 * HOURS);
  assert.ok(existsSync(file));
  assert.deepEqual(readdirSync(area), [STAGED]);
});

test('a link in place of the staging area is not followed', (t) => {
  const { area, outside } = makeDirectories(t);
  const inside = join(outside, STAGED, 'file');
  mkdirSync(join(outside, STAGED));
  writeFileSync(inside, '');
  symlinkSync(outside, area);
  openStagingArea(nodeDisk, area, dirname(area)).dispose(Date.now() + 2 * HOURS);
  assert.ok(existsSync(inside));
});

test('a tree is removed without what links in it lead to, and a link is no tree', (t) => {
  const { area, outside, file } = makeDirectories(t);
  mkdirSync(area);
  symlinkSync(outside, join(area, 'link'));
  removeTree(nodeDisk, join(area, 'link'));
  assert.ok(existsSync(file));
  removeTree(nodeDisk, area);
  assert.ok(existsSync(file));
  assert.ok(!existsSync(area));
});

test('a link in place of the records is not followed', (t) => {
  const { area, outside } = makeDirectories(t);
  const temporary = join(outside, 'a-b.tmp');
  writeFileSync(temporary, '');
  openOutputRecords(nodeDisk, outside).sweep(0);
  assert.ok(existsSync(temporary), 'young');
  symlinkSync(outside, area);
  openOutputRecords(nodeDisk, area).sweep(Date.now() + HOURS);
  assert.ok(existsSync(temporary));
  openOutputRecords(nodeDisk, outside).sweep(Date.now() + HOURS);
  assert.ok(!existsSync(temporary), 'it would have been removed');
});
