import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createRunningDigest, digestOf } from '@tr/hash';
import { nodeDisk, type Disk } from '../src/disk.js';
import { BatchWriter } from '../src/entry-store/batch-writer.js';

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

function begin(path: string, disk: Disk = nodeDisk) {
  const file = openSync(path, 'wx');
  const running = createRunningDigest();
  const writer = new BatchWriter({ disk, file, hash: (bytes) => running.update(bytes) });
  const end = async (): Promise<void> => {
    await writer.dispose();
    closeSync(file);
  };
  return { writer, running, end };
}

test('streams that come in at once are each hashed and written as they came; a chunk may change once it was taken', async (t) => {
  const directory = temporary(t);
  const lengths = [0, 1, 192 * KIB, 192 * KIB + 1, 1024 * KIB, 1153 * KIB + 7, 3000 * KIB];
  const sizes = [64 * KIB - 188, 5 * KIB, 700 * KIB];
  const streams = lengths.flatMap((length, at) =>
    sizes.map((size) => ({ content: contentOf(at * 3 + size, length), size, path: join(directory, `${at}-${size}`) })),
  );
  await Promise.all(
    streams.map(async ({ content, size, path }) => {
      const { writer, running, end } = begin(path);
      for (let from = 0; from < content.length; from += size) {
        const chunk = Buffer.from(content.subarray(from, from + size));
        assert.equal(await writer.add(chunk), undefined);
        chunk.fill(0);
      }
      assert.equal(await writer.finish(), undefined);
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
  for (const [at, { writer, end }] of streams.entries()) {
    assert.equal(await writer.finish(), undefined);
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
  const path = join(directory, 'stream');
  const content = contentOf(7, 3000 * KIB);
  const { writer, end } = begin(path, disk);
  const others = Array.from({ length: 127 }, (_, at) => begin(join(directory, String(at))));
  assert.equal(await writer.add(content), undefined);
  assert.equal(await writer.finish(), undefined);
  for (const each of [{ end }, ...others]) await each.end();
  assert.ok(readFileSync(path).equals(content));
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
  };
  const content = contentOf(9, 2000 * KIB);
  for (const [name, disk] of Object.entries(disks)) {
    const { writer, end } = begin(join(directory, name), disk);
    const added = await writer.add(content);
    assert.equal(added ?? (await writer.finish()), full, name);
    await end();
    const next = begin(join(directory, `${name}-next`));
    assert.equal(await next.writer.add(content), undefined);
    assert.equal(await next.writer.finish(), undefined);
    await next.end();
    assert.ok(readFileSync(join(directory, `${name}-next`)).equals(content));
  }
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
