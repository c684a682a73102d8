import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createRunningDigest, digestOf } from '@tr/hash';
import { nodeDisk, type Disk } from '../src/disk.js';
import { BatchWriter } from '../src/entry-store/batch-writer.js';
import { DirectWrites } from '../src/entry-store/direct-writes.js';

const KIB = 1024;

/** Another content for each seed, and in each 64 KiB of it. */
function contentOf(seed: number, length: number): Buffer {
  return Buffer.from(
    Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * seed + (at >> 16) * 7 + seed) & 255),
  );
}

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'tr-batches-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** After so many writes through the page cache that took long. */
function afterDear(writes: number, probe: () => boolean): DirectWrites {
  const direct = new DirectWrites(probe);
  for (let at = 0; at < writes; at++) direct.noteThrough(192 * KIB, 1);
  return direct;
}

/** Takes of direct writes what any disk does, on any filesystem; `direct` has the paths. */
function directDisk(disk: Disk = nodeDisk): { disk: Disk; direct: Map<number, string> } {
  const direct = new Map<number, string>();
  const check = (file: number, bytes: Uint8Array): void => {
    if (!direct.has(file)) return;
    assert.equal(bytes.byteOffset % 4096, 0);
    assert.equal(bytes.length % 4096, 0);
    assert.ok(bytes.buffer.byteLength > 4096 * KIB, 'of the memory that begins at a page');
  };
  const open: Disk['open'] = (path, how, mode) => {
    const file = disk.open(path, how === 'direct' ? 'create' : how, mode);
    direct.delete(file);
    if (how === 'direct') direct.set(file, path);
    return file;
  };
  const write: Disk['write'] = (file, bytes) => {
    assert.ok(!direct.has(file), 'for a disk only another thread waits');
    disk.write(file, bytes);
  };
  const writeLater: Disk['writeLater'] = async (file, bytes) => {
    check(file, bytes);
    await disk.writeLater(file, bytes);
  };
  return { disk: { ...disk, open, write, writeLater }, direct };
}

function begin(
  path: string,
  { disk = nodeDisk, direct = afterDear(0, () => false) }: { disk?: Disk; direct?: DirectWrites } = {},
) {
  const running = createRunningDigest();
  const writer = new BatchWriter({
    disk,
    open: (how) => ({ file: disk.open(path, how), path }),
    hash: (bytes) => running.update(bytes),
    direct,
  });
  const finish = async (): Promise<unknown> => (await writer.finish()).trouble;
  const end = async (): Promise<void> => {
    const temp = await writer.dispose();
    if (temp !== undefined) closeSync(temp.file);
  };
  return { writer, running, finish, end };
}

for (const isDirect of [false, true])
  test(`streams that come in at once are each hashed and written as they came, ${isDirect ? 'directly' : 'through the page cache'}; a chunk may change once it was taken`, async (t) => {
    const directory = temporary(t);
    const { disk, direct } = directDisk();
    const lengths = [0, 1, 192 * KIB - 1, 192 * KIB, 192 * KIB + 1, 196 * KIB, 1024 * KIB, 1153 * KIB + 7, 3000 * KIB];
    const sizes = [64 * KIB - 188, 5 * KIB, 700 * KIB];
    const streams = lengths.flatMap((length, at) =>
      sizes.map((size) => ({
        content: contentOf(at * 3 + size, length),
        size,
        path: join(directory, `${at}-${size}`),
      })),
    );
    await Promise.all(
      streams.map(async ({ content, size, path }) => {
        const { writer, running, finish, end } = begin(path, {
          disk,
          direct: afterDear(isDirect ? 16 : 0, () => true),
        });
        for (let from = 0; from < content.length; from += size) {
          const chunk = Buffer.from(content.subarray(from, from + size));
          assert.equal(await writer.add(chunk), undefined);
          chunk.fill(0);
        }
        assert.equal(await finish(), undefined);
        assert.equal([...direct.values()].includes(path), isDirect && content.length >= 192 * KIB);
        await end();
        assert.deepEqual(running.finish(), digestOf(content));
      }),
    );
    for (const { content, path } of streams) assert.ok(readFileSync(path).equals(content), path);
  });

test('more streams at once than there is memory for large batches are stored as well', async (t) => {
  const directory = temporary(t);
  const contents = Array.from({ length: 200 }, (_, at) => contentOf(at, 65 * KIB + at));
  const streams = contents.map((_, at) => begin(join(directory, String(at))));
  for (const half of [0, 1])
    for (const [at, { writer }] of streams.entries())
      assert.equal(
        await writer.add(contents[at]?.subarray(half * 40 * KIB, half === 0 ? 40 * KIB : undefined) ?? Buffer.of()),
        undefined,
      );
  for (const [at, { finish, end }] of streams.entries()) {
    assert.equal(await finish(), undefined);
    await end();
    assert.ok(contents[at]?.equals(readFileSync(join(directory, String(at)))));
  }
});

test('a stream that gets a smaller batch on its way is written in order', async (t) => {
  const directory = temporary(t);
  const disk: Disk = {
    ...nodeDisk,
    // Another thread may take its time.
    writeLater: async (file, bytes) => {
      await new Promise((resolve) => setImmediate(resolve));
      await nodeDisk.writeLater(file, bytes);
    },
  };
  const content = contentOf(7, 3000 * KIB);
  for (const [name, dear] of Object.entries({ through: 0, direct: 16 })) {
    const path = join(directory, name);
    const { writer, finish, end } = begin(path, {
      disk: directDisk(disk).disk,
      direct: afterDear(dear, () => true),
    });
    const others = Array.from({ length: 127 }, (_, at) => begin(join(directory, String(at))));
    assert.equal(await writer.add(content), undefined);
    assert.equal(await finish(), undefined);
    for (const each of [{ end }, ...others]) await each.end();
    assert.ok(readFileSync(path).equals(content), name);
  }
});

test('a stream that gets only a small batch is not written directly', async (t) => {
  const directory = temporary(t);
  const { disk, direct } = directDisk();
  const others = Array.from({ length: 128 }, (_, at) => begin(join(directory, String(at))));
  const content = contentOf(3, 200 * KIB);
  const path = join(directory, 'late');
  const { writer, finish, end } = begin(path, { disk, direct: afterDear(16, () => true) });
  assert.equal(await writer.add(content), undefined);
  assert.equal(await finish(), undefined);
  for (const each of [{ end }, ...others]) await each.end();
  assert.ok(readFileSync(path).equals(content));
  assert.equal(direct.size, 0);
});

test('what the disk refuses is told, on this thread and on another one, and leaves the next stream alone', async (t) => {
  const directory = temporary(t);
  const full = Object.assign(new Error('no room'), { code: 'ENOSPC' });
  const disks: Readonly<Record<string, Disk>> = {
    first: {
      ...nodeDisk,
      write: () => {
        throw full;
      },
    },
    later: { ...nodeDisk, writeLater: () => Promise.reject(full) },
    'directly, later': { ...directDisk().disk, writeLater: () => Promise.reject(full) },
    'directly, when it is made': {
      ...nodeDisk,
      open: () => {
        throw full;
      },
    },
    'directly, when it is cut': {
      ...directDisk().disk,
      truncate: () => {
        throw full;
      },
    },
  };
  const content = contentOf(9, 2000 * KIB + 1);
  for (const [name, disk] of Object.entries(disks)) {
    const direct = afterDear(name.startsWith('directly') ? 16 : 0, () => true);
    const { writer, finish, end } = begin(join(directory, name), { disk, direct });
    const added = await writer.add(content);
    assert.equal(added ?? (await finish()), full, name);
    await end();
    const next = begin(join(directory, `${name}-next`));
    assert.equal(await next.writer.add(content), undefined);
    assert.equal(await next.finish(), undefined);
    await next.end();
    assert.ok(readFileSync(join(directory, `${name}-next`)).equals(content));
  }
});

test('what is written is told to who decides about the next', async (t) => {
  for (const isDirect of [false, true]) {
    const direct = afterDear(isDirect ? 16 : 0, () => true);
    const through = t.mock.method(direct, 'noteThrough');
    const past = t.mock.method(direct, 'noteDirect');
    const { writer, finish, end } = begin(join(temporary(t), 'file'), { disk: directDisk().disk, direct });
    assert.equal(await writer.add(contentOf(5, 400 * KIB)), undefined);
    assert.equal(await finish(), undefined);
    await end();
    const [used, other] = isDirect ? [past, through] : [through, past];
    const sizes = used.mock.calls.map((call) => call.arguments[0]);
    assert.deepEqual(sizes, [192 * KIB, 192 * KIB, 16 * KIB]);
    assert.equal(other.mock.callCount(), 0);
  }
});

test('a disk that refuses direct writes once a body comes is written to through the page cache from then on', async (t) => {
  const directory = temporary(t);
  const refusal = Object.assign(new Error('not aligned'), { code: 'EINVAL' });
  const { disk, direct: files } = directDisk();
  const refusing: Disk = {
    ...disk,
    writeLater: (file, bytes) => (files.has(file) ? Promise.reject(refusal) : disk.writeLater(file, bytes)),
  };
  const direct = afterDear(16, () => true);
  const content = contentOf(3, 2000 * KIB);
  const first = begin(join(directory, 'first'), { disk: refusing, direct });
  assert.equal((await first.writer.add(content)) ?? (await first.finish()), refusal);
  await first.end();
  for (let at = 0; at < 100; at++) direct.noteThrough(192 * KIB, 1);
  const next = begin(join(directory, 'next'), { disk: refusing, direct });
  assert.equal((await next.writer.add(content)) ?? (await next.finish()), undefined);
  await next.end();
  assert.ok(readFileSync(join(directory, 'next')).equals(content));
});

test('what is written on another thread goes behind what was there', async (t) => {
  const path = join(temporary(t), 'file');
  const content = contentOf(4, 100 * KIB);
  const file = openSync(path, 'wx');
  nodeDisk.write(file, content.subarray(0, 7));
  await nodeDisk.writeLater(file, content.subarray(7));
  closeSync(file);
  assert.ok(readFileSync(path).equals(content));
});

test('writing directly begins when most writes through the page cache are dear and the disk takes it, and ends by and by', () => {
  const batch = 192 * KIB;
  let probes = 0;
  const probe = (): boolean => ++probes > 0;
  const direct = afterDear(15, probe);
  assert.equal(direct.areWanted, false);
  // What comes between says as much, and small writes nothing.
  direct.noteThrough(batch, 0.05);
  direct.noteThrough(4 * KIB, 1);
  direct.noteThrough(batch, 1);
  assert.equal(direct.areWanted, false);
  assert.equal(probes, 0);
  direct.noteThrough(batch, 1);
  assert.ok(direct.areWanted);
  direct.noteDirect(512 * KIB * KIB - 1);
  assert.ok(direct.areWanted);
  direct.noteDirect(1);
  assert.equal(direct.areWanted, false);
  for (let at = 0; at < 15; at++) direct.noteThrough(batch, 1);
  assert.equal(direct.areWanted, false);
  direct.noteThrough(batch, 1);
  assert.ok(direct.areWanted);
  assert.equal(probes, 1);

  let refusals = 0;
  const refused = afterDear(100, () => ++refusals === 0);
  assert.equal(refused.areWanted, false);
  assert.equal(refusals, 1);
  assert.equal(afterDear(1000, () => true).areWanted, true);
  const cheap = new DirectWrites(() => true);
  for (let at = 0; at < 1000; at++) cheap.noteThrough(batch, at % 3 === 0 ? 5 : 0.1);
  assert.equal(cheap.areWanted, false);
});
