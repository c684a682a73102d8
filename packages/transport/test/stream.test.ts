import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sha256 } from '@tr/hash';
import { listBlobs, locatePacked, openEntryBlobs } from '@tr/store';
import { openContentLanding } from '../src/entry/land-contents.js';
import { loadZstd, mapStream, unpackManifest, unpackStream, digestManifest } from '../src/index.js';
import { createStore, digestOf, packAll, randomBytes, sourceOf, storeResult, toEntry, unpackedLength } from './rig.js';
import type { Manifest, ManifestEntry } from '@tr/model';
import type { Chunk, ChunkRef } from '../src/index.js';

async function withStores(
  body: (a: ReturnType<typeof createStore>, b: ReturnType<typeof createStore>) => Promise<void>,
) {
  const a = createStore();
  const b = createStore();
  try {
    await body(a, b);
  } finally {
    a.dispose();
    b.dispose();
  }
}

/** Unpacks what `asked` then names: all that is missing. */
async function unpackAll(
  { blobs }: ReturnType<typeof createStore>,
  manifest: Manifest,
  chunks: readonly Chunk[],
  asked: ChunkRef[] = [],
) {
  return await unpackStream({ entry: toEntry(manifest, chunks), manifest, blobs, source: sourceOf(chunks, asked) });
}

async function rawStream(chunks: readonly Chunk[]): Promise<Buffer> {
  const zstd = await loadZstd();
  const raws = [];
  for (const { bytes, length } of chunks) {
    const raw = await zstd.decompress(bytes, length);
    assert.ok(raw.ok);
    raws.push(raw.value);
  }
  return Buffer.concat(raws);
}

const LINKS: readonly ManifestEntry[] = [
  { type: 'directory', path: 'dist/empty' },
  { type: 'symlink', path: 'dist/link', target: 'a.js' },
];
const LONG = `dist/${'deep/'.repeat(40)}ünïcode-${'x'.repeat(120)}.js`;

describe('stream', () => {
  for (const [title, files] of [
    ['nothing', {}],
    [
      'small files, empty files, the same content twice',
      { 'dist/a.js': 'a', 'dist/b.js': '', 'dist/c.js': 'a', 'dist/d.sh': 'a' },
    ],
    ['long and foreign names', { [LONG]: 'x' }],
    [
      'files around the limits',
      Object.fromEntries([511, 512, 513, 262_144, 262_145, 1_048_575, 1_048_576].map((n) => [`dist/${n}`, n])),
    ],
    ['a large file between small ones', { 'dist/a': 'x', 'dist/b': 9_000_000, 'dist/c': 'y' }],
  ] as const) {
    it(`packs and unpacks ${title}`, async () => {
      await withStores(async (a, b) => {
        const bytes = Object.entries(files as Record<string, string | number>).map(
          ([path, of]) => [path, typeof of === 'string' ? Buffer.from(of) : randomBytes(path, of)] as const,
        );
        const manifest = await storeResult(a.blobs, Object.fromEntries(bytes), LINKS);
        const chunks = await packAll(manifest, a.blobs);
        const read = await unpackManifest(toEntry(manifest, chunks), sourceOf(chunks));
        assert.deepEqual(read, { ok: true, value: manifest });
        const unpacked = await unpackAll(b, manifest, chunks);
        assert.ok(unpacked.ok, JSON.stringify(unpacked));
        assert.deepEqual(await b.blobs.findMissing(listBlobs(manifest)), { ok: true, value: [] });
        for (const digest of listBlobs(manifest)) assert.ok((await b.blobs.readBytes(digest)).ok);
        const own = digestManifest(manifest).digest;
        assert.equal(unpackedLength(chunks), mapStream(manifest, own).length);
      });
    });
  }

  it('brings small files into the pack that the manifest names, unless it is there', async () => {
    await withStores(async (a, b) => {
      // The log is the content of a file as well: it has a blob of its own beside the pack.
      const texts = ['one', 'two', 'one', '', 'the log\n'];
      const entries = texts.map((text, at): ManifestEntry => {
        return { type: 'file', path: `dist/${at}`, executable: false, digest: digestOf(Buffer.from(text)) };
      });
      const large = { 'dist/large': randomBytes('large', 20_000) };
      const loose = await storeResult(a.blobs, large, entries);
      const put = await a.blobs.putBytes(Buffer.from('onetwothe log\n'));
      assert.ok(put.ok);
      const manifest = { ...loose, packs: [put.value.digest] };
      const chunks = await packAll(manifest, a.blobs);
      const unpack = () => unpackAll(b, manifest, chunks);
      const first = await unpack();
      assert.ok(first.ok, JSON.stringify(first));
      assert.deepEqual(await b.blobs.findMissing(listBlobs(manifest)), { ok: true, value: [] });
      assert.equal(listBlobs(manifest).length, 4, 'log, fingerprint, pack and the large file');
      const own = openEntryBlobs(b.blobs, manifest);
      for (const [at, text] of texts.entries()) {
        const found = manifest.entries.find(({ path }) => path === `dist/${at}`);
        const read = found?.type === 'file' ? await own.readBytes(found.digest) : undefined;
        assert.equal(read?.ok === true && Buffer.from(read.value).toString(), text);
      }
      assert.deepEqual(await unpack(), { ok: true, value: { chunkBytes: 0, contents: 0 } });
    });
  });

  it('brings the small files of those packs that are not there', async () => {
    await withStores(async (a, b) => {
      const files = Array.from({ length: 120 }, (_, at) => [`dist/${at}`, randomBytes(String(at), 10_000)] as const);
      const loose = await storeResult(a.blobs, Object.fromEntries(files));
      const contents = new Map(files.map(([, bytes]) => [digestOf(bytes).hash, bytes]));
      const wholes: Buffer[] = [];
      for (const [hash, { pack }] of locatePacked({ ...loose, packs: [] }))
        wholes[pack] = Buffer.concat([wholes[pack] ?? Buffer.alloc(0), contents.get(hash) ?? Buffer.alloc(0)]);
      assert.ok(wholes.length > 2, `${wholes.length} packs`);
      for (const whole of wholes) await a.blobs.putBytes(whole);
      const manifest = { ...loose, packs: wholes.map(digestOf) };
      await b.blobs.putBytes(wholes[1] ?? Buffer.alloc(0));
      const chunks = await packAll(manifest, a.blobs);
      const unpacked = await unpackAll(b, manifest, chunks);
      const there = (wholes[1]?.length ?? 0) / 10_000;
      assert.equal(unpacked.ok && unpacked.value.contents, 120 - there + 2, 'files, log and fingerprint');
      assert.deepEqual(await b.blobs.findMissing(listBlobs(manifest)), { ok: true, value: [] });
      const own = openEntryBlobs(b.blobs, manifest);
      for (const [, bytes] of files) assert.deepEqual(await own.readBytes(digestOf(bytes)), { ok: true, value: bytes });
    });
  });

  it('refuses a manifest whose pack is not made of its files', async () => {
    await withStores(async (a, b) => {
      const loose = await storeResult(a.blobs, { 'dist/a': Buffer.from('one'), 'dist/b': Buffer.from('two') });
      const pack = digestOf(Buffer.from('twoone'));
      const manifest = { ...loose, packs: [pack] };
      const put = await a.blobs.putBytes(Buffer.from('onetwo'));
      assert.ok(put.ok);
      const chunks = await packAll({ ...loose, packs: [put.value.digest] }, a.blobs);
      const unpacked = await unpackAll(b, manifest, chunks);
      assert.equal(!unpacked.ok && unpacked.failure.code, 'stream/flaw');
      assert.deepEqual(await b.blobs.findMissing([pack]), { ok: true, value: [pack] });
    });
  });

  it('refuses a manifest whose pack is there but not made of its files', async () => {
    await withStores(async (a, b) => {
      const loose = await storeResult(a.blobs, { 'dist/a': Buffer.from('one'), 'dist/b': Buffer.from('two') });
      const put = await a.blobs.putBytes(Buffer.from('onetwo'));
      const other = await b.blobs.putBytes(Buffer.from('twoone'));
      assert.ok(put.ok && other.ok);
      const chunks = await packAll({ ...loose, packs: [put.value.digest] }, a.blobs);
      const unpacked = await unpackAll(b, { ...loose, packs: [other.value.digest] }, chunks);
      assert.equal(!unpacked.ok && unpacked.failure.code, 'stream/flaw');
    });
  });

  it('makes a pack again that has gone bad', async () => {
    await withStores(async (a, b) => {
      const loose = await storeResult(a.blobs, { 'dist/a': Buffer.from('one'), 'dist/b': Buffer.from('two') });
      const put = await a.blobs.putBytes(Buffer.from('onetwo'));
      assert.ok(put.ok);
      const manifest = { ...loose, packs: [put.value.digest] };
      const chunks = await packAll(manifest, a.blobs);
      await b.blobs.putBytes(Buffer.from('onetwo'));
      const local = await b.blobs.localFile(put.value.digest, false);
      assert.ok(local.ok && local.value !== undefined);
      chmodSync(local.value, 0o644);
      writeFileSync(local.value, 'onetxo');
      const unpacked = await unpackAll(b, manifest, chunks);
      assert.ok(unpacked.ok, JSON.stringify(unpacked));
      assert.deepEqual(await b.blobs.readBytes(put.value.digest), { ok: true, value: Buffer.from('onetwo') });
    });
  });

  it('refuses a manifest that gives one digest two sizes', async () => {
    await withStores(async (a, b) => {
      const log = digestOf(Buffer.from('the log\n'));
      const loose = await storeResult(a.blobs, { 'dist/large': randomBytes('large', 20_000) });
      const chunks = await packAll(loose, a.blobs);
      const entry = { type: 'file', path: 'dist/a', executable: false, digest: { ...log, size: 3 } } as const;
      const manifest = { ...loose, entries: [entry, ...loose.entries], packs: [{ ...log, size: 3 }] };
      const landing = await openContentLanding(b.blobs, manifest);
      assert.ok(landing.ok);
      const put = await landing.value.put(Buffer.from('the log\n'), log);
      assert.ok(put.ok, 'the log itself is right');
      assert.equal(landing.value.arePacksMade(), false);
      const unpacked = await unpackAll(b, manifest, chunks);
      assert.equal(!unpacked.ok && unpacked.failure.code, 'stream/flaw');
    });
  });

  it('is read by plain tar, with modes and links', async () => {
    await withStores(async (a) => {
      const files = {
        'dist/a.js': Buffer.from('a'),
        'dist/same.js': Buffer.from('a'),
        'dist/run.sh': Buffer.from('a'),
        [LONG]: Buffer.from('long'),
      };
      const manifest = await storeResult(a.blobs, files, LINKS);
      const tar = await rawStream(await packAll(manifest, a.blobs));
      const directory = mkdtempSync(join(tmpdir(), 'tr-tar-'));
      try {
        const run = spawnSync('tar', ['-xf', '-', '-C', directory], { input: tar });
        assert.equal(run.status, 0, run.stderr.toString());
        assert.equal(run.stderr.toString(), '');
        for (const [path, bytes] of Object.entries(files)) {
          const target = join(directory, 'outputs', path);
          assert.deepEqual(readFileSync(target), bytes);
          assert.equal((statSync(target).mode & 0o111) !== 0, path.endsWith('.sh'));
        }
        assert.equal(readlinkSync(join(directory, 'outputs/dist/link')), 'a.js');
        assert.ok(statSync(join(directory, 'outputs/dist/empty')).isDirectory());
        assert.equal(readFileSync(join(directory, 'log'), 'utf8'), 'the log\n');
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
  });

  it('has the same bytes on every machine', async () => {
    await withStores(async (a) => {
      const files = {
        'dist/a.js': Buffer.from('a'),
        'dist/b.bin': randomBytes('b', 3_000_000),
        [LONG]: Buffer.from('x'),
      };
      const tar = await rawStream(await packAll(await storeResult(a.blobs, files, LINKS), a.blobs));
      assert.equal(sha256(tar), GOLDEN_STREAM);
    });
  });

  it('asks only for chunks of what is not there', async () => {
    await withStores(async (a, b) => {
      const large = randomBytes('large', 6_000_000);
      const files = { 'dist/a': Buffer.from('x'), 'dist/b': large, 'dist/c': randomBytes('c', 2_000_000) };
      const manifest = await storeResult(a.blobs, files);
      await b.blobs.putBytes(large);
      const chunks = await packAll(manifest, a.blobs);
      const asked: ChunkRef[] = [];
      const unpacked = await unpackAll(b, manifest, chunks, asked);
      assert.ok(unpacked.ok);
      assert.ok(unpackedLength(asked) < 2_100_000, `${unpackedLength(asked)} bytes`);
    });
  });

  it('never keeps a blob that was not verified', async () => {
    await withStores(async (a, b) => {
      const [large, small] = [randomBytes('a', 5_000_000), Buffer.from('b')];
      const store = async (first: Buffer, second: Buffer): Promise<Manifest> =>
        await storeResult(a.blobs, { 'dist/a': first, 'dist/b': second });
      const manifest = await store(large, small);
      const chunks = await packAll(manifest, a.blobs);
      const streamOf = async (first: Buffer, second: Buffer): Promise<readonly Chunk[]> =>
        await packAll(await store(first, second), a.blobs);
      const other = await streamOf(randomBytes('z', 5_000_000), Buffer.from('y'));
      // Each alone: the one must not be refused for the other.
      const otherLarge = await streamOf(randomBytes('z', 5_000_000), small);
      const otherSmall = await streamOf(large, Buffer.from('y'));
      const attacks: Record<string, readonly Chunk[]> = {
        'another stream of the same length': [...chunks.slice(0, 1), ...other.slice(1)],
        'chunks in another order': [...chunks].reverse(),
        'a chunk left out': chunks.slice(0, -1),
        'a chunk twice': [...chunks, ...chunks.slice(-1)],
        'a chunk with other bytes': chunks.map((chunk, at) =>
          at >= 1 ? { ...chunk, bytes: Buffer.from(chunk.bytes.subarray(1)) } : chunk,
        ),
        'a chunk that says another length': chunks.map((chunk, at) =>
          at === 1 ? { ...chunk, length: chunk.length - 1 } : chunk,
        ),
        'another large content': [...chunks.slice(0, 1), ...otherLarge.slice(1)],
        'another small content': [...chunks.slice(0, 1), ...otherSmall.slice(1)],
      };
      for (const [title, attack] of Object.entries(attacks)) {
        const unpacked = await unpackAll(b, manifest, attack);
        assert.ok(!unpacked.ok && unpacked.failure.code === 'stream/flaw', `${title}: ${JSON.stringify(unpacked)}`);
        const missing = await b.blobs.findMissing(
          manifest.entries.flatMap((item) => (item.type === 'file' ? [item.digest] : [])),
        );
        assert.ok(missing.ok && missing.value.length > 0, title);
      }
    });
  });

  it('refuses a manifest with another digest, key or no manifest', async () => {
    await withStores(async (a) => {
      const manifest = await storeResult(a.blobs, { 'dist/a': Buffer.from('a') });
      const chunks = await packAll(manifest, a.blobs);
      const entry = toEntry(manifest, chunks);
      for (const wrong of [
        { ...entry, manifest: { ...entry.manifest, hash: sha256('x') } },
        { ...entry, manifest: { ...entry.manifest, size: entry.manifest.size + 1 } },
        { ...entry, actionKey: sha256('other') as string as Manifest['actionKey'] },
      ]) {
        const read = await unpackManifest(wrong, sourceOf(chunks));
        assert.ok(!read.ok && read.failure.code === 'stream/flaw');
      }
    });
  });
});

/** Changes only with the format: then every entry that is stored somewhere is a miss. */
const GOLDEN_STREAM = 'febe1d77526713da93a85c7dcd68a9c14ab72e82eb90245761943d011bad380c';
