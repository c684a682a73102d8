import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { digestOf, sha256 } from '@tr/hash';
import type { ActionKey } from '@tr/model';
import { chunkListPath } from '../src/file/chunk-lists.js';
import { collectGarbage, createFileChunkLists, nodeDisk, openCacheFolder, type ChunkList } from '../src/index.js';
import { createFolder, keyOf, putEntry } from './temp-folder.js';

const KEY = sha256('key') as string as ActionKey;
const MANIFEST = digestOf(Buffer.from('manifest'));
const LIST: ChunkList = { manifest: MANIFEST, chunks: [{ ...digestOf(Buffer.from('chunk')), length: 9 }] };

test('the list of an entry is that of its manifest alone, and only when it can be read', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tr-lists-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const folder = openCacheFolder({ directory, disk: nodeDisk });
  const lists = createFileChunkLists(folder);
  assert.equal(lists.get(KEY, MANIFEST.hash), undefined);
  assert.ok(lists.put(KEY, LIST).ok);
  assert.deepEqual(lists.get(KEY, MANIFEST.hash), LIST);
  // Another result was stored under this key since.
  assert.equal(lists.get(KEY, sha256('another manifest')), undefined);
  const path = chunkListPath(folder, KEY);
  const text = readFileSync(path, 'utf8');
  const bad = [
    text.slice(0, -1),
    text.replace('"version":1', '"version":2'),
    text.replace(',9]', ',-9]'),
    text.replace(',9]', ']'),
    text.replaceAll(MANIFEST.hash, '../../x'),
    '[]',
    'null',
  ];
  for (const written of bad) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, written);
    assert.equal(lists.get(KEY, MANIFEST.hash), undefined, written);
  }
  writeFileSync(path, text);
  lists.delete(KEY);
  assert.equal(lists.get(KEY, MANIFEST.hash), undefined);
});

test('the list of an earlier result of a key says nothing of what the one that is there needs', async (t) => {
  const subject = createFolder(t);
  const { folder, blobs } = subject;
  const contents = Array.from({ length: 70 }, (_, at) => `content ${at}`);
  const { entries } = await putEntry(subject, 'many', contents);
  assert.ok(createFileChunkLists(folder).put(keyOf('many'), { manifest: MANIFEST, chunks: [] }).ok);
  const limits = { maxBytes: undefined, maxAgeMs: undefined };
  const report = await collectGarbage(folder, { limits, now: Date.now() + 1000, graceMs: 0 });
  assert.ok(report.ok && report.value.removedBlobs === 0);
  for (const entry of entries) assert.ok(entry.type === 'file' && (await blobs.readBytes(entry.digest)).ok);
});
