import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '@tr/hash';
import {
  createFileStreamBlobStore,
  keepBodies,
  nodeDisk,
  openCacheFolder,
  type Disk,
  type StreamBlobStore,
} from '../src/index.js';

const BYTES = Buffer.alloc(300_000, 'asked for by every machine of a build; ');
const BODY = digestOf(BYTES);
/** Files are old enough to be kept. */
const later = (): number => Date.now() + 60_000;

interface Stored {
  readonly blobs: StreamBlobStore;
  readonly path: string;
  readonly reads: () => number;
}

/** A store that has the body in memory. */
async function withHot(use: (stored: Stored) => Promise<void>, now = later): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'kept-'));
  let reads = 0;
  const disk: Disk = {
    ...nodeDisk,
    readAt: (file, buffer, position) => {
      reads++;
      return nodeDisk.readAt(file, buffer, position);
    },
  };
  try {
    const folder = openCacheFolder({ directory, disk });
    const blobs = createFileStreamBlobStore(folder, { keep: keepBodies({ bytes: 1024 ** 2, now }) });
    assert.ok((await blobs.putBytes(BYTES)).ok);
    await use({ blobs, path: folder.blobPath(BODY.hash), reads: () => reads });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What is held, copied and given back. */
function look(blobs: StreamBlobStore): Buffer | undefined {
  const held = blobs.hold?.(BODY);
  const copy = held && Buffer.from(held.bytes);
  held?.giveBack();
  return copy;
}

function warm(blobs: StreamBlobStore): void {
  for (let at = 0; at < 3; at++) look(blobs);
  assert.ok(look(blobs)?.equals(BYTES));
}

test('a body that was asked for again is read once, and comes from memory from then on', async () => {
  await withHot(async ({ blobs, reads }) => {
    assert.ok(look(blobs) === undefined);
    for (let at = 0; at < 10; at++) assert.ok(look(blobs)?.equals(BYTES));
    assert.equal(reads(), 1);
  });
});

test('nothing is held of a file that was changed, replaced or taken away', async () => {
  const changes: Readonly<Record<string, (path: string) => void>> = {
    removed: (path) => unlinkSync(path),
    truncated: (path) => {
      chmodSync(path, 0o644);
      truncateSync(path, BYTES.length - 1);
    },
    'damaged in place': (path) => {
      chmodSync(path, 0o644);
      writeFileSync(path, 'X', { flag: 'r+' });
    },
    'replaced by another of the same size and time': (path) => {
      writeFileSync(`${path}.new`, Buffer.alloc(BYTES.length, 'x'));
      renameSync(`${path}.new`, path);
      utimesSync(path, 1, 1);
    },
    'no file any more': (path) => {
      rmSync(path);
      renameSync(mkdtempSync(`${path}-`), path);
    },
  };
  for (const [name, change] of Object.entries(changes))
    await withHot(async ({ blobs, path }) => {
      warm(blobs);
      change(path);
      for (let at = 0; at < 5; at++) assert.ok(look(blobs) === undefined, name);
    });
});

test('a body that was removed and stored again is held again, once its new file has been asked for', async () => {
  await withHot(async ({ blobs }) => {
    warm(blobs);
    assert.deepEqual(await blobs.deleteBlob(BODY.hash, Number.MAX_SAFE_INTEGER), { ok: true, value: true });
    for (let at = 0; at < 5; at++) assert.ok(look(blobs) === undefined);
    assert.ok((await blobs.putBytes(BYTES)).ok);
    warm(blobs);
  });
});

test('what this process has not verified is not kept; once it is, it may be', async () => {
  await withHot(async ({ blobs, path }) => {
    // The same content, and nobody knows that yet.
    const { ctimeMs } = lstatSync(path);
    writeFileSync(`${path}.new`, BYTES);
    renameSync(`${path}.new`, path);
    // The clock of the file system is coarse.
    while (lstatSync(path).ctimeMs === ctimeMs) utimesSync(path, 1, 1);
    for (let at = 0; at < 5; at++) assert.ok(look(blobs) === undefined);
    assert.ok((await blobs.readRange(BODY, { start: 0, end: BODY.size - 1 }, () => {})).ok);
    warm(blobs);
  });
});

test('a file that was made just now is not kept: another one could have the same stat', async () => {
  await withHot(
    async ({ blobs }) => {
      for (let at = 0; at < 5; at++) assert.ok(look(blobs) === undefined);
    },
    () => 0,
  );
});

test('a file that becomes another one while it is read is not held', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kept-'));
  let swap = (): void => {};
  const disk: Disk = {
    ...nodeDisk,
    open: (path, how, mode) => {
      if (how === 'read') swap();
      return nodeDisk.open(path, how, mode);
    },
  };
  try {
    const folder = openCacheFolder({ directory, disk });
    const blobs = createFileStreamBlobStore(folder, { keep: keepBodies({ bytes: 1024 ** 2, now: later }) });
    assert.ok((await blobs.putBytes(BYTES)).ok);
    const path = folder.blobPath(BODY.hash);
    look(blobs);
    swap = () => {
      writeFileSync(`${path}.new`, Buffer.alloc(BYTES.length, 'x'));
      renameSync(`${path}.new`, path);
    };
    for (let at = 0; at < 5; at++) assert.ok(look(blobs) === undefined);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a store without memory holds nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kept-'));
  try {
    const folder = openCacheFolder({ directory, disk: nodeDisk });
    for (const keep of [undefined, keepBodies({ bytes: 0, now: later })]) {
      const blobs = createFileStreamBlobStore(folder, { keep });
      assert.ok((await blobs.putBytes(BYTES)).ok);
      for (let at = 0; at < 5; at++) assert.ok(look(blobs) === undefined);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
