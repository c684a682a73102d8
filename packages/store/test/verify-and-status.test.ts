import assert from 'node:assert/strict';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { digestOf, sha256 } from '@tr/hash';
import { MANIFEST_VERSION, type TaskId } from '@tr/model';
import { collectGarbage, readCacheStatus, verifyCache } from '../src/index.js';
import { seal } from '../src/manifest/seal.js';
import { createFolder, keyOf, putEntry } from './temp-folder.js';

test('verify finds flipped bytes, lost blobs and damaged manifests, and sets them aside', async (t) => {
  const subject = createFolder(t);
  for (const word of ['good', 'flipped', 'lost', 'damaged']) await putEntry(subject, word, [`content of ${word}`]);
  const blobOf = (word: string): string => subject.folder.blobPath(digestOf(Buffer.from(`content of ${word}`)).hash);
  chmodSync(blobOf('flipped'), 0o644);
  writeFileSync(blobOf('flipped'), 'Content of flipped');
  rmSync(blobOf('lost'));
  writeFileSync(subject.folder.actionPath(keyOf('damaged')), '{"formatVersion":1');
  const report = await verifyCache(subject.folder);
  assert.ok(report.ok);
  assert.deepEqual(report.value.badBlobs, [digestOf(Buffer.from('content of flipped')).hash]);
  assert.deepEqual(report.value.badEntries, [keyOf('damaged')]);
  assert.deepEqual([...report.value.incompleteEntries].sort(), [keyOf('flipped'), keyOf('lost')].sort());
  assert.equal(report.value.entries, 4);
  const again = await verifyCache(subject.folder);
  assert.ok(again.ok);
  assert.deepEqual(
    [again.value.entries, again.value.badBlobs, again.value.badEntries, again.value.incompleteEntries],
    [1, [], [], []],
  );
});

test('entries of another version are left to it by whoever only looks, and go with the next collection', async (t) => {
  const subject = createFolder(t);
  await putEntry(subject, 'ours', ['a']);
  await putEntry(subject, 'theirs', ['b']);
  const path = subject.folder.actionPath(keyOf('theirs'));
  const bytes = Buffer.from(`${JSON.stringify({ formatVersion: MANIFEST_VERSION + 1, made: 'by a later version' })}\n`);
  writeFileSync(path, seal(bytes, sha256(bytes)));
  const got = await subject.actions.get(keyOf('theirs'));
  assert.ok(!got.ok && got.failure.code === 'store/corrupt');
  const report = await verifyCache(subject.folder);
  assert.ok(report.ok);
  assert.deepEqual([report.value.badEntries, report.value.incompleteEntries], [[], []]);
  const status = await readCacheStatus(subject.folder);
  assert.ok(status.ok);
  assert.deepEqual([status.value.entries, status.value.quarantinedFiles], [1, 0]);
  assert.ok(existsSync(path));
  const limits = { maxAgeMs: undefined, maxBytes: undefined };
  const collected = await collectGarbage(subject.folder, { limits, now: Date.now() });
  assert.ok(collected.ok);
  assert.equal(collected.value.keptEntries, 1);
  assert.equal(existsSync(path), false, 'or it would stay for good, without its blobs');
});

test('verify finds a pack that is made of other files', async (t) => {
  const subject = createFolder(t);
  const files = ['one', 'two'].map((content) => ({ content, digest: digestOf(Buffer.from(content)) }));
  const save = async (word: string, content: string): Promise<void> => {
    const put = await subject.blobs.putBytes(Buffer.from(content));
    assert.ok(put.ok);
    const entries = files.map(({ digest }, at) => ({
      type: 'file' as const,
      path: `dist/${at}`,
      executable: false,
      digest,
    }));
    await putEntry(subject, word, [], { entries, packs: [put.value.digest] });
  };
  await save('true', 'onetwo');
  await save('false', 'twoone');
  const report = await verifyCache(subject.folder);
  assert.ok(report.ok);
  assert.deepEqual([report.value.badEntries, report.value.incompleteEntries], [[keyOf('false')], []]);
});

test('status counts entries and bytes, and bytes per task', async (t) => {
  const subject = createFolder(t);
  const small = 'a#build' as TaskId;
  await putEntry(subject, '1', ['x'.repeat(1000), 'shared'], { task: small });
  await putEntry(subject, '2', ['shared'], { task: small });
  await putEntry(subject, '3', ['y'.repeat(5000)], { task: 'b#build' as TaskId });
  const status = await readCacheStatus(subject.folder);
  assert.ok(status.ok);
  const { entries, blobs, bytes, tasks } = status.value;
  const shared = 'log'.length + 'fingerprint'.length;
  assert.equal(entries, 3);
  assert.equal(blobs, 5);
  assert.ok(bytes > 6000 && bytes < 8000, String(bytes));
  assert.deepEqual(
    tasks.map((task) => [task.task, task.entries, task.bytes]),
    [
      ['b#build', 1, 5000 + shared],
      ['a#build', 2, 1000 + 'shared'.length + shared],
    ],
  );
});

test('status of a cache that does not exist is zero', async (t) => {
  const status = await readCacheStatus(createFolder(t).folder);
  assert.ok(status.ok && status.value.entries === 0 && status.value.bytes === 0);
});
