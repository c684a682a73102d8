import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOf, sha256 } from '@tr/hash';
import { isWhole, openWholeEntry, type Chunk, type EntryDocument } from '../src/index.js';
import { createStore, packAll, randomBytes, storeResult, toEntry } from './rig.js';

async function whole(files: Readonly<Record<string, Uint8Array>>) {
  const store = createStore();
  const manifest = await storeResult(store.blobs, files);
  const chunks = await packAll(manifest, store.blobs);
  store.dispose();
  return { manifest, chunks, entry: withAll(toEntry(manifest, chunks), chunks) };
}

function withAll(entry: EntryDocument, chunks: readonly Chunk[]): EntryDocument {
  return { ...entry, inline: chunks.map(({ bytes }) => bytes) };
}

const FILES = { 'dist/a': Buffer.from('hello'), 'dist/b': randomBytes('b', 20_000), 'dist/empty': Buffer.alloc(0) };

describe('an entry with its whole stream inside', () => {
  it('gives the manifest and every content', async () => {
    const { manifest, entry } = await whole(FILES);
    assert.ok(isWhole(entry));
    const opened = await openWholeEntry(entry);
    assert.ok(opened.ok);
    assert.deepEqual(opened.value.manifest, manifest);
    for (const bytes of Object.values(FILES)) assert.deepEqual(opened.value.read(digestOf(bytes)), bytes);
    assert.equal(opened.value.read(manifest.log)?.toString(), 'the log\n');
    assert.equal(opened.value.read(digestOf(Buffer.from('no content of it'))), undefined);
    assert.equal(opened.value.read({ ...digestOf(FILES['dist/b']), size: 5 }), undefined, 'another size');
  });

  it('is none with a chunk outside, or a stream that is too long', async () => {
    const { entry } = await whole(FILES);
    assert.ok(!isWhole({ ...entry, inline: entry.inline.slice(1) }));
    assert.ok(!isWhole((await whole({ zeros: Buffer.alloc(600 * 1024) })).entry));
  });

  it('is refused when it is not what its names say', async () => {
    const { entry, chunks } = await whole(FILES);
    const other = await whole({ 'dist/a': Buffer.from('hullo') });
    const [first, ...rest] = entry.inline;
    const flipped = Buffer.from(first ?? []);
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const flaws: Record<string, EntryDocument> = {
      'a flipped bit': { ...entry, inline: [flipped, ...rest] },
      'another manifest': { ...entry, manifest: { ...entry.manifest, hash: sha256('x') } },
      'a longer manifest': { ...entry, manifest: { ...entry.manifest, size: entry.manifest.size + 1 } },
      'a manifest beyond the stream': { ...entry, manifest: { ...entry.manifest, size: 1 << 24 } },
      'a chunk too many': { ...entry, chunks: [...chunks, ...chunks], inline: [...entry.inline, ...entry.inline] },
      'a chunk too few': { ...entry, chunks: chunks.slice(0, 1), inline: entry.inline.slice(0, 1) },
      'another stream behind the head': {
        ...entry,
        chunks: [...chunks.slice(0, 1), ...other.chunks.slice(1)],
        inline: [...entry.inline.slice(0, 1), ...other.entry.inline.slice(1)],
      },
    };
    for (const [title, flawed] of Object.entries(flaws)) assert.ok(!(await openWholeEntry(flawed)).ok, title);
  });

  it('never gives a content that is another one of the same size', async () => {
    const { manifest, entry, chunks } = await whole({ 'dist/a': Buffer.from('hello') });
    const evil = await whole({ 'dist/a': Buffer.from('hullo') });
    const opened = await openWholeEntry({
      ...entry,
      chunks: [...chunks.slice(0, 1), ...evil.chunks.slice(1)],
      inline: [...entry.inline.slice(0, 1), ...evil.entry.inline.slice(1)],
    });
    assert.ok(opened.ok);
    assert.deepEqual(opened.value.manifest, manifest);
    assert.equal(opened.value.read(digestOf(Buffer.from('hello'))), undefined);
    assert.equal(opened.value.read(digestOf(Buffer.from('hullo'))), undefined);
  });
});
