import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ok, type Manifest, type Sha256 } from '@tr/model';
import { digestManifest, readContents, type Chunk, type ChunkSource } from '../src/index.js';
import { createStore, digestOf, packAll, randomBytes, sourceOf, storeResult } from './rig.js';

const LARGE = randomBytes('large', 5_000_000);
const SMALL = Buffer.from('small');
const FILES = { 'dist/a': LARGE, 'dist/b': SMALL, 'dist/c': Buffer.alloc(0) };

interface Result {
  readonly manifest: Manifest;
  readonly chunks: readonly Chunk[];
}

async function share(t: TestContext, files: Readonly<Record<string, Uint8Array>>): Promise<Result> {
  const store = createStore();
  t.after(() => store.dispose());
  const manifest = await storeResult(store.blobs, files);
  return { manifest, chunks: await packAll(manifest, store.blobs) };
}

/** What the sink was given, by content, and how it ended. */
async function read({ manifest, chunks }: Result, source: ChunkSource<never> = sourceOf(chunks)) {
  const pieces = new Map<Sha256, Buffer[]>();
  const ended: Sha256[] = [];
  const result = await readContents({
    manifest,
    manifestBytes: digestManifest(manifest).digest,
    chunks,
    source,
    wanted: new Set(Object.values(FILES).map((bytes) => digestOf(bytes).hash)),
    sink: ({ hash }, bytes, isLast) => {
      pieces.set(hash, [...(pieces.get(hash) ?? []), Buffer.from(bytes)]);
      if (isLast) ended.push(hash);
    },
  });
  const contents = new Map([...pieces].map(([hash, parts]) => [hash, Buffer.concat(parts)]));
  return { result, contents, ended };
}

describe('reading contents of a stream', () => {
  it('gives each one that is wanted once, large ones in pieces', async (t) => {
    const { result, contents, ended } = await read(await share(t, FILES));
    assert.ok(result.ok);
    for (const bytes of Object.values(FILES)) assert.deepEqual(contents.get(digestOf(bytes).hash), bytes);
    assert.equal(contents.size, 3);
    assert.equal(ended.length, 3);
  });

  it('refuses a stream that is not that of the manifest', async (t) => {
    const right = await share(t, FILES);
    const { manifest, chunks } = right;
    const behindHead = async (files: Readonly<Record<string, Uint8Array>>): Promise<Result> => {
      const other = await share(t, { ...FILES, ...files });
      return { manifest, chunks: [...chunks.slice(0, 1), ...other.chunks.slice(1)] };
    };
    const flawed: Readonly<Record<string, Result>> = {
      'another large content': await behindHead({ 'dist/a': randomBytes('evil', LARGE.length) }),
      'another small content': await behindHead({ 'dist/b': Buffer.from('smell') }),
      'a chunk left out': { manifest, chunks: chunks.slice(0, -1) },
      'a chunk too many': { manifest, chunks: [...chunks, ...chunks.slice(-1)] },
    };
    for (const [title, result] of Object.entries(flawed)) {
      const refused = (await read(result)).result;
      assert.equal(!refused.ok && refused.failure.code, 'stream/flaw', title);
    }
  });

  it('refuses a source that ends too early', async (t) => {
    const right = await share(t, FILES);
    const { result } = await read(right, async function* (refs) {
      for (const { hash } of refs.slice(0, -1)) {
        const packed = right.chunks.find((chunk) => chunk.hash === hash)?.bytes ?? Buffer.alloc(0);
        yield await Promise.resolve(ok({ packed }));
      }
    });
    assert.equal(!result.ok && result.failure.detail, 'a stream that is cut');
  });
});
