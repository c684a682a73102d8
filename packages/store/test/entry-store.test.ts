import assert from 'node:assert/strict';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalJson, digestOf } from '@tr/hash';
import {
  createFileEntryStore,
  createFileStreamBlobStore,
  entryPath,
  nodeDisk,
  openCacheFolder,
  type Disk,
  type Entry,
  type EntryName,
} from '../src/index.js';
import { fromEntryBytes, toEntryBytes } from '../src/entry-store/entry-bytes.js';

const NAME: EntryName = { tenant: 't', scope: 'main', protocol: 'p', instance: 'i', key: 'k' };

function entryOf(text: string, name: Partial<EntryName> = {}, createdAt = 1): Entry {
  const inline = Buffer.from(text);
  return {
    name: { ...NAME, ...name },
    body: digestOf(inline),
    inline,
    createdAt,
    durationMs: 5,
    facts: { tag: 'x' },
  };
}

const textOf = (entry: Entry | undefined): string | undefined =>
  entry?.inline === undefined ? undefined : Buffer.from(entry.inline).toString();

async function withStores(
  use: (stores: {
    entries: ReturnType<typeof createFileEntryStore>;
    blobs: ReturnType<typeof createFileStreamBlobStore>;
    root: string;
  }) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'entries-'));
  try {
    const folder = openCacheFolder({ directory, disk: nodeDisk });
    const entries = createFileEntryStore(folder, { now: Date.now });
    await use({ entries, blobs: createFileStreamBlobStore(folder), root: folder.root });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function valueOf<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

test('an entry comes back as it was put; the first one stays unless it is replaced', async () => {
  await withStores(async ({ entries }) => {
    assert.equal(valueOf(await entries.get(NAME)), undefined);
    assert.equal(valueOf(await entries.put(entryOf('first'))), 'stored');
    assert.equal(valueOf(await entries.put(entryOf('second'))), 'kept');
    assert.deepEqual(valueOf(await entries.get(NAME)), entryOf('first'));
    assert.equal(valueOf(await entries.put(entryOf('third'), { replace: true })), 'stored');
    assert.equal(textOf(valueOf(await entries.get(NAME))), 'third');
    assert.ok((await entries.delete(NAME)).ok);
    assert.ok((await entries.delete(NAME)).ok);
    assert.equal(valueOf(await entries.get(NAME)), undefined);
  });
});

test('every part of a name counts, and none can reach another place', async () => {
  await withStores(async ({ entries, root }) => {
    const names: readonly Partial<EntryName>[] = [
      {},
      { tenant: 'u' },
      { scope: 'pr/7' },
      { protocol: 'q' },
      { instance: '' },
      { key: '../../../etc/passwd' },
      { key: 'k\0' },
      { instance: 'ik', key: '' },
      { tenant: 't","main' },
    ];
    for (const [at, name] of names.entries()) assert.ok((await entries.put(entryOf(String(at), name))).ok);
    for (const [at, name] of names.entries())
      assert.equal(textOf(valueOf(await entries.get({ ...NAME, ...name }))), String(at));
    const files = readdirSync(join(root, 'entries'), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    assert.equal(files.length, names.length);
  });
});

test('of many writers one wins', async () => {
  await withStores(async ({ entries }) => {
    const outcomes = await Promise.all(Array.from({ length: 16 }, (_, at) => entries.put(entryOf(`${at}`))));
    assert.equal(outcomes.filter((outcome) => outcome.ok && outcome.value === 'stored').length, 1);
  });
});

test('an entry that was tampered with, torn or moved is set aside and can be stored anew', async () => {
  await withStores(async ({ entries, root }) => {
    const path = join(root, 'entries', ...entryPath(NAME));
    const tamperings: readonly ((bytes: string) => string)[] = [
      (text) => text.slice(0, 20),
      () => '',
      (text) => text.replace('"version":1', '"version":2'),
      (text) => text.replace('"key":"k"', '"key":"l"'),
      (text) => text.replace(/"inline":"[^"]*"/, `"inline":"${Buffer.from('evil').toString('base64')}"`),
      (text) => text.replace('"scope":"main"', '"scope":"pr/7"'),
    ];
    for (const tamper of tamperings) {
      assert.equal(valueOf(await entries.put(entryOf('good'))), 'stored');
      const before = readFileSync(path, 'utf8');
      writeFileSync(path, tamper(before));
      assert.notEqual(readFileSync(path, 'utf8'), before);
      const read = await entries.get(NAME);
      assert.equal(read.ok ? 'ok' : read.failure.code, 'store/corrupt');
      assert.equal(valueOf(await entries.get(NAME)), undefined);
    }
  });
});

test('list gives one namespace, newest first; scan gives all', async () => {
  await withStores(async ({ entries }) => {
    for (const [at, key] of ['a', 'b', 'c'].entries()) await entries.put(entryOf(key, { key }, at));
    await entries.put(entryOf('x', { instance: 'other' }));
    const listed = valueOf(await entries.list(NAME));
    assert.deepEqual(
      listed.map(({ name }) => name.key),
      ['c', 'b', 'a'],
    );
    const seen: string[] = [];
    assert.ok((await entries.scan(({ name, hasBlob }) => seen.push(`${name.instance}/${name.key}/${hasBlob}`))).ok);
    assert.deepEqual(seen.sort(), ['i/a/false', 'i/b/false', 'i/c/false', 'other/k/false']);
  });
});

async function* inPieces(bytes: Uint8Array, options: { fail?: boolean } = {}): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000);
  if (options.fail === true) throw new Error('the client went away');
}

const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251));

test('an entry that lies where another one belongs is in no list, and is set aside', async () => {
  await withStores(async ({ entries, root }) => {
    const place = (name: EntryName): string => join(root, 'entries', ...entryPath(name));
    const other: EntryName = { ...NAME, scope: 'pr/7' };
    await entries.put(entryOf('mine'));
    await entries.put(entryOf('theirs', other));
    const bytes = readFileSync(place(NAME));
    writeFileSync(place(other), bytes);
    const names: EntryName[] = [];
    assert.deepEqual(valueOf(await entries.list(other)), []);
    writeFileSync(place(other), bytes);
    assert.ok((await entries.scan(({ name }) => void names.push(name))).ok);
    assert.deepEqual(names, [NAME]);
    assert.equal(readdirSync(join(root, 'quarantine')).length, 2);
  });
});

test('a stream becomes a blob; refused or broken off, nothing is left', async () => {
  await withStores(async ({ blobs, root }) => {
    const digest = digestOf(BYTES);
    assert.equal(valueOf(await blobs.putStream(inPieces(BYTES), () => false)), undefined);
    await assert.rejects(blobs.putStream(inPieces(BYTES, { fail: true })), /went away/);
    assert.deepEqual(readdirSync(join(root, 'tmp')), []);
    assert.deepEqual(valueOf(await blobs.findMissing([digest])), [digest]);
    assert.deepEqual(valueOf(await blobs.putStream(inPieces(BYTES))), { digest, added: true });
    assert.deepEqual(valueOf(await blobs.putStream(inPieces(BYTES))), { digest, added: false });
    assert.deepEqual(readdirSync(join(root, 'tmp')), []);
    assert.ok(Buffer.from(valueOf(await blobs.readBytes(digest))).equals(BYTES));
  });
});

test('a part of a blob is read, before and after the whole was verified', async () => {
  await withStores(async ({ blobs }) => {
    const { digest } = valueOf(await blobs.putStream(inPieces(BYTES)))!;
    for (const [start, end] of [
      [0, 9],
      [100_000, 250_000],
      [299_999, 299_999],
      [0, 299_999],
    ] as const) {
      const parts: Uint8Array[] = [];
      assert.ok((await blobs.readRange(digest, { start, end }, (chunk) => void parts.push(chunk))).ok);
      assert.ok(Buffer.concat(parts).equals(BYTES.subarray(start, end + 1)));
    }
  });
});

test('a blob is deleted unless it is younger than it was thought to be', async () => {
  await withStores(async ({ blobs }) => {
    const { digest } = valueOf(await blobs.putStream(inPieces(BYTES)))!;
    const seen: number[] = [];
    assert.ok((await blobs.scanBlobs(({ youngAt }) => seen.push(youngAt))).ok);
    assert.equal(seen.length, 1);
    assert.equal(valueOf(await blobs.deleteBlob(digest.hash, seen[0]! - 1)), false);
    assert.equal(valueOf(await blobs.deleteBlob(digest.hash, seen[0]!)), true);
    assert.deepEqual(valueOf(await blobs.findMissing([digest])), [digest]);
  });
});

test('an entry that is remembered is read anew when another process replaced, removed or damaged it', async () => {
  await withStores(async ({ root }) => {
    // Late enough that entries are remembered at once.
    const now = (): number => Date.now() + 1000;
    const folder = openCacheFolder({ directory: join(root, '..'), disk: nodeDisk });
    const [entries, other] = [createFileEntryStore(folder, { now }), createFileEntryStore(folder, { now })];
    await entries.put(entryOf('first'));
    assert.equal(textOf(valueOf(await entries.get(NAME))), 'first');
    await other.put(entryOf('other'), { replace: true });
    assert.equal(textOf(valueOf(await entries.get(NAME))), 'other');
    assert.equal(textOf(valueOf(await entries.get(NAME))), 'other');
    const path = join(root, 'entries', ...entryPath(NAME));
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"facts"', '"fakes"'));
    assert.ok(!(await entries.get(NAME)).ok);
    await entries.put(entryOf('third'));
    assert.equal(textOf(valueOf(await entries.get(NAME))), 'third');
    await other.delete(NAME);
    assert.equal(valueOf(await entries.get(NAME)), undefined);
  });
});

test('an entry that was made just now is not remembered: another one could have the same stat', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'entries-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const time = Date.now();
  // The clock of this disk stands still, and inodes are given out again.
  const still = <T extends object>(stats: T): T => Object.assign(stats, { ino: 1, mtimeMs: time, ctimeMs: time });
  const disk: Disk = {
    ...nodeDisk,
    lstat: (path) => {
      const stats = nodeDisk.lstat(path);
      return stats && still(stats);
    },
    fstat: (file) => still(nodeDisk.fstat(file)),
  };
  const entries = createFileEntryStore(openCacheFolder({ directory, disk }), { now: () => time + 50 });
  for (const text of ['one', 'two']) {
    await entries.put(entryOf(text), { replace: true });
    assert.equal(textOf(valueOf(await entries.get(NAME))), text);
  }
});

test('a stream is stored as it came, whatever the size of its chunks, and nothing is kept of one that breaks off', async () => {
  await withStores(async ({ blobs, root }) => {
    const content = Buffer.alloc(1_500_000, 'some content, ');
    for (const size of [1_000, 65_536, 300_000, content.length]) {
      const chunks = Array.from({ length: Math.ceil(content.length / size) }, (_, at) =>
        content.subarray(at * size, (at + 1) * size),
      );
      const put = valueOf(await blobs.putStream(toAsync(chunks)));
      assert.deepEqual(put?.digest, digestOf(content));
      const found = valueOf(await blobs.readBytes(digestOf(content)));
      assert.ok(content.equals(found));
      assert.ok(valueOf(await blobs.deleteBlob(digestOf(content).hash, Date.now() + 1000)));
    }
    await assert.rejects(
      blobs.putStream(toAsync([content], new Error('broken off'))),
      (error: Error) => error.message === 'broken off',
    );
    assert.deepEqual(readdirSync(join(root, 'tmp')), []);
  });
});

const EINVAL = Object.assign(new Error('EINVAL'), { code: 'EINVAL' });

/** A disk on which every write takes so long that others would be better. */
function dearDisk(changes: Partial<Disk>): Disk {
  const write: Disk['write'] = (file, bytes) => {
    const until = performance.now() + 1;
    while (performance.now() < until);
    nodeDisk.write(file, bytes);
  };
  return { ...nodeDisk, write, ...changes };
}

test('once the page cache is dear large bodies are stored past it, where the disk takes that, and are the same there', async (t) => {
  const hows: string[] = [];
  const refused = new Set<number>();
  const disks: Readonly<Record<string, Disk>> = {
    // Whether this one takes it is the business of the filesystem that the tests run on.
    real: dearDisk({}),
    'refused when a file is made': dearDisk({
      open: (path, how, mode) => {
        const file = nodeDisk.open(path, how === 'direct' ? 'create' : how, mode);
        if (how !== 'direct') return file;
        nodeDisk.close(file);
        throw EINVAL;
      },
    }),
    'refused at the first write': dearDisk({
      open: (path, how, mode) => {
        const file = nodeDisk.open(path, how === 'direct' ? 'create' : how, mode);
        hows.push(how);
        refused.delete(file);
        if (how === 'direct') refused.add(file);
        return file;
      },
      write: (file, bytes) => {
        if (refused.has(file)) throw EINVAL;
        const until = performance.now() + 1;
        while (performance.now() < until);
        nodeDisk.write(file, bytes);
      },
    }),
  };
  for (const [name, disk] of Object.entries(disks)) {
    const directory = mkdtempSync(join(tmpdir(), 'entries-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const folder = openCacheFolder({ directory, disk });
    const blobs = createFileStreamBlobStore(folder);
    const contents = Array.from({ length: 12 }, (_, at) =>
      Buffer.alloc(1_500_000 + at * 4096 + (at % 3), `body ${at}, `),
    );
    for (const content of contents) {
      const put = valueOf(await blobs.putStream(toAsync([content.subarray(0, 70_000), content.subarray(70_000)])));
      assert.deepEqual(put?.digest, digestOf(content), name);
      const stats = lstatSync(folder.blobPath(put.digest.hash));
      assert.equal(stats.size, content.length);
      assert.equal(stats.mode & 0o777, 0o444);
      assert.ok(content.equals(readFileSync(folder.blobPath(put.digest.hash))), name);
      assert.ok(content.equals(valueOf(await blobs.readBytes(put.digest))), name);
    }
    assert.deepEqual(readdirSync(join(folder.root, 'tmp')), [], name);
  }
  assert.equal(hows.filter((how) => how === 'direct').length, 1);
});

test('of a body that is written past the page cache and breaks off nothing is kept', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'entries-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const folder = openCacheFolder({ directory, disk: dearDisk({}) });
  const blobs = createFileStreamBlobStore(folder);
  for (let at = 0; at < 4; at++) await blobs.putStream(toAsync([Buffer.alloc(1_500_000, String(at))]));
  const broken = blobs.putStream(toAsync([Buffer.alloc(1_500_000, 'x')], new Error('broken off')));
  await assert.rejects(broken, (error: Error) => error.message === 'broken off');
  assert.deepEqual(readdirSync(join(folder.root, 'tmp')), []);
});

async function* toAsync(chunks: readonly Uint8Array[], end?: Error): AsyncIterable<Uint8Array> {
  yield* chunks;
  if (end !== undefined) throw end;
}

test('an entry is stored as canonical JSON, and read back as it was', () => {
  const full = entryOf('a body', { key: 'k"\\\n\u2028é', tenant: '', instance: 'ä' });
  const { inline, durationMs, ...bare } = full;
  const entries: readonly Entry[] = [
    full,
    { ...bare, inline: undefined, durationMs: undefined, facts: {} },
    { ...full, durationMs: 0.5, facts: { z: '1', a: '"' }, inline: undefined },
  ];
  assert.ok(inline !== undefined && durationMs !== undefined);
  for (const entry of entries) {
    const { inline: body, durationMs: took, ...rest } = entry;
    const bytes = toEntryBytes(entry);
    assert.equal(
      Buffer.from(bytes).toString(),
      canonicalJson({
        ...rest,
        version: 1,
        ...(took === undefined ? {} : { durationMs: took }),
        ...(body === undefined ? {} : { inline: Buffer.from(body).toString('base64') }),
      }),
    );
    assert.deepEqual(fromEntryBytes(bytes), { ok: true, value: entry });
  }
});
