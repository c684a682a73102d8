import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Arrivals, dropArrivals, listArrivals, nodeDisk, readArrivals, type CacheFolder } from '../src/index.js';
import { createFolder, diskWith, keyOf, listFiles, systemError } from './temp-folder.js';

const [A, B] = [
  { key: keyOf('a'), bytes: Buffer.from('entry a') },
  { key: keyOf('b'), bytes: Buffer.from('\n\0 any bytes \n') },
];

function list(folder: CacheFolder): readonly string[] {
  const listed = listArrivals(folder);
  assert.ok(listed.ok);
  return listed.value;
}

function read(folder: CacheFolder): readonly (readonly string[])[] {
  return list(folder).map((path) =>
    readArrivals(folder, path).map(({ key, bytes }) => `${key} ${Buffer.from(bytes).toString('latin1')}`),
  );
}

const shown = [A, B].map(({ key, bytes }) => `${key} ${bytes.toString('latin1')}`);

function fill(folder: CacheFolder): string {
  const arrivals = new Arrivals(folder);
  for (const arrival of [A, B]) assert.ok(arrivals.add(arrival).ok);
  assert.ok(arrivals.commit().ok);
  const [name = ''] = readdirSync(join(folder.root, 'arrivals'));
  return join(folder.root, 'arrivals', name);
}

test('entries of a run are one file, which is seen when it is whole', (t) => {
  const { folder } = createFolder(t);
  const arrivals = new Arrivals(folder);
  assert.ok(arrivals.add(A).ok);
  assert.ok(arrivals.add(B).ok);
  assert.deepEqual(read(folder), []);
  assert.ok(arrivals.commit().ok);
  assert.deepEqual(read(folder), [shown]);
  for (const path of list(folder)) assert.ok(dropArrivals(folder, path).ok);
  assert.deepEqual(read(folder), []);
});

test('a run that gets nothing leaves nothing', (t) => {
  const { directory, folder } = createFolder(t);
  assert.ok(new Arrivals(folder).commit().ok);
  assert.deepEqual(listFiles(directory), []);
});

test('what comes after something that is no entry is left out', (t) => {
  for (const end of ['torn', `${keyOf('c')} 5\nfour`, `${keyOf('c')} -1\n`, `${keyOf('c')}\n`, `../../x 1\na`]) {
    const { folder } = createFolder(t);
    appendFileSync(fill(folder), end);
    assert.deepEqual(read(folder), [shown], end);
  }
});

test('files of another version have nothing in them; strangers and links are passed over', (t) => {
  const { folder } = createFolder(t);
  const path = fill(folder);
  writeFileSync(path, 'tr-arrivals 2\n');
  writeFileSync(join(folder.root, 'arrivals', 'stranger'), 'tr-arrivals 1\n');
  assert.deepEqual(read(folder), [[]]);
  renameSync(join(folder.root, 'arrivals'), join(folder.root, 'elsewhere'));
  symlinkSync('elsewhere', join(folder.root, 'arrivals'));
  assert.deepEqual(read(folder), []);
});

test('trouble with the disk is told once, and what came before it is kept', (t) => {
  let writes = 0;
  const disk = diskWith({
    write: (file, bytes) => {
      if (Buffer.from(bytes).includes(B.key) && ++writes > 0) {
        nodeDisk.write(file, bytes.subarray(0, 70));
        throw systemError('ENOSPC');
      }
      nodeDisk.write(file, bytes);
    },
  });
  const { folder } = createFolder(t, { disk });
  const arrivals = new Arrivals(folder);
  assert.ok(arrivals.add(A).ok);
  const second = arrivals.add(B);
  assert.equal(!second.ok && second.failure.code, 'store/no-space');
  assert.ok(arrivals.add(B).ok);
  assert.equal(writes, 1);
  assert.ok(arrivals.commit().ok);
  assert.deepEqual(read(folder), [shown.slice(0, 1)]);
});

test('a folder of an unknown version gets none', (t) => {
  const { folder } = createFolder(t);
  const path = fill(folder);
  writeFileSync(join(folder.root, 'format.json'), '{"format":"tr-cache","version":2}\n');
  const other = createFolder(t, { directory: join(folder.root, '..') }).folder;
  assert.deepEqual(read(other), []);
  const added = new Arrivals(other).add(A);
  assert.equal(!added.ok && added.failure.code, 'store/unknown-version');
  assert.ok(existsSync(path));
});
