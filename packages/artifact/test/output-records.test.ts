import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { TaskId } from '@tr/model';
import { nodeDisk, type Disk } from '@tr/store';
import { openOutputRecords, type OutputRecords } from '../src/index.js';

const TASK = 'web#build' as TaskId;

function open(t: TestContext): { readonly records: OutputRecords; readonly file: () => string } {
  const directory = mkdtempSync(join(tmpdir(), 'tr-records-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = (): string => join(directory, readdirSync(directory).find((name) => name.endsWith('.json')) ?? '');
  return { records: openOutputRecords(nodeDisk, directory), file };
}

const pathsOf = (records: OutputRecords): readonly string[] | undefined => records.read(TASK)?.paths();

test('the last record counts', (t) => {
  const { records } = open(t);
  assert.equal(records.read(TASK), undefined);
  records.write(TASK, { paths: ['dist/a'], unfinishedSince: 5 });
  records.write(TASK, { paths: ['dist/\t\n', 'dist/b'], settledAt: 7 });
  const record = records.read(TASK);
  assert.deepEqual(record?.paths(), ['dist/\t\n', 'dist/b']);
  assert.deepEqual([record.unfinishedSince, record.settledAt], [undefined, 7]);
  records.write('web#other' as TaskId, { paths: ['dist/c'] });
  assert.deepEqual([...records.listPathsOfOthers(TASK)], ['dist/c']);
});

test('a record in the place of another one is none', (t) => {
  const { records, file } = open(t);
  records.write('web#other' as TaskId, { paths: ['dist/c'] });
  const theirs = file();
  const copy = `${theirs}.copy`;
  copyFileSync(theirs, copy);
  rmSync(theirs);
  records.write(TASK, { paths: ['dist/a'] });
  copyFileSync(copy, file());
  assert.equal(records.read(TASK), undefined);
});

test('a record that a killed writer did not finish does not count, and is not in the way of the next', (t) => {
  const { records, file } = open(t);
  records.write(TASK, { paths: ['dist/a'] });
  const whole = statSync(file()).size;
  appendFileSync(file(), '\n{"version":2,"task":"web#build","outOfStep":fal');
  assert.deepEqual(pathsOf(records), ['dist/a']);
  assert.ok(statSync(file()).size > whole);
  records.write(TASK, { paths: ['dist/b'] });
  assert.deepEqual(pathsOf(records), ['dist/b']);
});

test('a file with many old records is begun anew', (t) => {
  const { records, file } = open(t);
  const sizes: number[] = [];
  for (let at = 0; at < 2000; at++) {
    assert.ok(records.write(TASK, { paths: [`dist/${at}`] }));
    sizes.push(statSync(file()).size);
  }
  assert.deepEqual(pathsOf(records), ['dist/1999']);
  assert.ok(Math.max(...sizes) < 20_000);
  assert.ok(sizes.filter((size, at) => size < (sizes[at - 1] ?? 0)).length > 3);
});

test('a line that went into a file which another run has replaced is written again', (t) => {
  const { records, file } = open(t);
  records.write(TASK, { paths: ['dist/a'] });
  const path = file();
  let replaced = 0;
  const disk: Disk = {
    ...nodeDisk,
    open: (name, how, mode) => {
      const opened = nodeDisk.open(name, how, mode);
      // The worst moment: open, and not written to yet.
      if (name === path && how === 'append' && replaced++ === 0) {
        copyFileSync(path, `${path}.new`);
        renameSync(`${path}.new`, path);
      }
      return opened;
    },
  };
  assert.ok(openOutputRecords(disk, dirname(path)).write(TASK, { paths: ['dist/b'] }));
  assert.deepEqual(pathsOf(records), ['dist/b']);
  assert.equal(replaced, 2);
});

test('every write changes the size of a record', (t) => {
  const { records, file } = open(t);
  assert.equal(records.sizeOf(TASK), 0);
  const sizes = new Set<number>();
  for (let write = 0; write < 300; write++) {
    records.write(TASK, { paths: ['dist/a'], settledAt: 7 });
    sizes.add(records.sizeOf(TASK));
    assert.equal(records.read(TASK)?.size, statSync(file()).size);
  }
  assert.ok(sizes.size > 100, 'as often as the file is begun anew');
});
