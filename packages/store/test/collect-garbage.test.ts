import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { digestOf, sha256 } from '@tr/hash';
import type { Disk, GcReport } from '../src/index.js';
import {
  chooseEvictions,
  collectGarbage,
  isGcDue,
  listBlobs,
  nodeDisk,
  noteWritten,
  toManifestBytes,
} from '../src/index.js';
import { seal } from '../src/manifest/seal.js';
import {
  createFolder,
  createTempDirectory,
  diskWith,
  keyOf,
  listFiles,
  manifestOf,
  putEntry,
  putText,
  type TestFolder,
} from './temp-folder.js';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const NONE = { maxBytes: undefined, maxAgeMs: undefined };

async function gc(
  { folder }: TestFolder,
  options: { maxBytes?: number; maxAgeMs?: number; now?: number; graceMs?: number } = {},
): Promise<GcReport> {
  const limits = { maxBytes: options.maxBytes, maxAgeMs: options.maxAgeMs };
  const report = await collectGarbage(folder, {
    limits,
    now: options.now ?? Date.now(),
    graceMs: options.graceMs ?? HOUR,
  });
  if (!report.ok) throw new Error(JSON.stringify(report.failure));
  return report.value;
}

function use(subject: TestFolder, word: string, at: number): void {
  utimesSync(subject.folder.actionPath(keyOf(word)), at / 1000, at / 1000);
}

async function isWhole({ actions, blobs }: TestFolder, word: string): Promise<boolean> {
  const found = await actions.get(keyOf(word));
  if (!found.ok || found.value === undefined) return false;
  for (const digest of listBlobs(found.value.manifest)) if (!(await blobs.readBytes(digest)).ok) return false;
  return true;
}

test('an empty cache stays empty', async (t) => {
  const subject = createFolder(t);
  await gc(subject);
  assert.deepEqual(readdirSync(subject.directory), []);
});

test('the store of a server is not swept: its entries name what no manifest does', async (t) => {
  const subject = createFolder(t);
  await putText(subject.blobs, 'a body of an entry');
  mkdirSync(join(subject.folder.root, 'entries'));
  const before = listFiles(subject.directory);
  await assert.rejects(() => gc(subject, { now: Date.now() + 10 * DAY }), /store\/denied.*store of a cache server/);
  assert.deepEqual(listFiles(subject.directory), before);
});

test('blobs that nothing names go when they are older than the grace time', async (t) => {
  const subject = createFolder(t);
  await putEntry(subject, 'kept', ['named']);
  const garbage = await putText(subject.blobs, 'garbage');
  assert.equal((await gc(subject)).removedBlobs, 0);
  const report = await gc(subject, { now: Date.now() + 2 * HOUR });
  assert.equal(report.removedBlobs, 1);
  assert.equal(report.freedBytes, garbage.size);
  assert.ok(!existsSync(subject.folder.blobPath(garbage.hash)));
  assert.ok(await isWhole(subject, 'kept'));
});

test('entries that were not used for long go, with their blobs, young or not', async (t) => {
  const subject = createFolder(t);
  const now = Date.now();
  await putEntry(subject, 'old', ['only of old', 'shared']);
  await putEntry(subject, 'new', ['only of new', 'shared']);
  use(subject, 'old', now - 8 * DAY);
  use(subject, 'new', now - 6 * DAY);
  const report = await gc(subject, { maxAgeMs: 7 * DAY, now });
  assert.equal(report.evictedEntries, 1);
  assert.equal(report.keptEntries, 1);
  assert.ok(!existsSync(subject.folder.blobPath(digestOf(Buffer.from('only of old')).hash)));
  assert.ok(await isWhole(subject, 'new'));
  assert.deepEqual(await subject.actions.listByTask(manifestOf('new').task, 9), { ok: true, value: [keyOf('new')] });
});

test('a blob of an evicted entry stays for a save that has found it since', async (t) => {
  const subject = createFolder(t);
  const now = Date.now();
  await putEntry(subject, 'old', ['found again', 'not found']);
  use(subject, 'old', now - 8 * DAY);
  const changed = statSync(subject.folder.actionPath(keyOf('old'))).ctimeMs;
  const found = digestOf(Buffer.from('found again')).hash;
  while (statSync(subject.folder.blobPath(found)).ctimeMs <= changed) await putText(subject.blobs, 'found again');
  const report = await gc(subject, { maxAgeMs: 7 * DAY, now });
  assert.equal(report.evictedEntries, 1);
  assert.ok(existsSync(subject.folder.blobPath(found)));
  assert.ok(!existsSync(subject.folder.blobPath(digestOf(Buffer.from('not found')).hash)));
});

test('an entry that is used after it was chosen stays', async (t) => {
  const now = Date.now();
  let looks = 0;
  const disk = diskWith({
    lstat: (path) => {
      // Looked at when it is read, and again right before it goes.
      if (path === subject.folder.actionPath(keyOf('old')) && ++looks === 2) use(subject, 'old', now);
      return nodeDisk.lstat(path);
    },
  });
  const subject = createFolder(t, { disk });
  await putEntry(subject, 'old', ['only of old']);
  use(subject, 'old', now - 8 * DAY);
  looks = 0;
  const report = await gc(subject, { maxAgeMs: 7 * DAY, now });
  assert.deepEqual([report.evictedEntries, report.keptEntries], [0, 1]);
  assert.ok(await isWhole(subject, 'old'));
});

test('row 36: what is too much goes, least recently used first, until the rest fits', async (t) => {
  const subject = createFolder(t);
  const now = Date.now();
  for (let at = 0; at < 10; at++) {
    await putEntry(subject, `e${at}`, [`${at}`.repeat(10_000)]);
    use(subject, `e${at}`, now - (10 - at) * 60_000);
  }
  const report = await gc(subject, { maxBytes: 45_000, now });
  assert.ok(report.keptBytes <= 45_000, JSON.stringify(report));
  assert.equal(report.keptEntries, 4);
  const bytes = listFiles(join(subject.folder.root, 'blobs')).reduce(
    (sum, file) => sum + statSync(join(subject.folder.root, 'blobs', file)).size,
    0,
  );
  assert.ok(bytes <= 45_000);
  for (let at = 0; at < 10; at++) assert.equal(await isWhole(subject, `e${at}`), at >= 6, `e${at}`);
});

test('what killed processes left is swept', async (t) => {
  const subject = createFolder(t);
  await putEntry(subject, 'a', []);
  const left = subject.folder.freshPath('tmp');
  writeFileSync(left, 'half a blob');
  await gc(subject);
  assert.ok(existsSync(left));
  await gc(subject, { now: Date.now() + 2 * HOUR });
  assert.ok(!existsSync(left));
});

test('what another gc has just moved away stays until it must be done with it', async (t) => {
  const subject = createFolder(t);
  await putEntry(subject, 'a', []);
  const { hash } = await putText(subject.blobs, 'moved');
  const bin = subject.folder.freshPath('trash');
  mkdirSync(bin, { recursive: true });
  const moved = join(bin, hash);
  renameSync(subject.folder.blobPath(hash), moved);
  await gc(subject);
  assert.ok(existsSync(moved), 'it may still be looking whether somebody needs it');
  await gc(subject, { now: Date.now() + 2 * HOUR });
  assert.ok(!existsSync(moved));
});

test('the index of a task is put right', async (t) => {
  const subject = createFolder(t);
  const manifest = await putEntry(subject, 'a', []);
  const folder = subject.folder.taskFolder(manifest.task);
  const [mark] = readdirSync(folder);
  nodeDisk.unlink(join(folder, mark ?? ''));
  writeFileSync(join(folder, `000000000009999-${keyOf('gone')}`), '');
  await gc(subject);
  assert.deepEqual(readdirSync(folder), [mark]);
});

test('a save that names a blob while gc is at it gets the blob back', async (t) => {
  const directory = createFolder(t).directory;
  const plain = createFolder(t, { directory });
  const digest = await putText(plain.blobs, 'wanted');
  let interrupted = false;
  // The save writes its manifest at the worst moment: when the blob has just left its place.
  const disk = diskWith({
    rename: (from, to) => {
      nodeDisk.rename(from, to);
      if (!to.includes('trash') || interrupted) return;
      interrupted = true;
      const path = plain.folder.actionPath(keyOf('late'));
      const entry = { type: 'file', path: 'dist/a', executable: false, digest } as const;
      nodeDisk.makeDirectory(join(path, '..'));
      const bytes = toManifestBytes({ ...manifestOf('late'), log: digest, fingerprint: digest, entries: [entry] });
      writeFileSync(path, seal(bytes, sha256(bytes)));
    },
  });
  await gc(createFolder(t, { directory, disk }), { now: Date.now() + 2 * HOUR });
  assert.ok(interrupted);
  assert.ok(await isWhole(plain, 'late'));
});

/** Small random numbers from a seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

class Killed extends Error {}

/** A disk that dies before its nth change. */
function killAfter(steps: number): Disk {
  let left = steps;
  const dying =
    <A extends readonly unknown[], R>(operation: (...args: A) => R) =>
    (...args: A): R => {
      if (left-- <= 0) throw new Killed();
      return operation(...args);
    };
  return diskWith({
    rename: dying((from: string, to: string) => nodeDisk.rename(from, to)),
    unlink: dying((path: string) => nodeDisk.unlink(path)),
    touch: dying((path: string, seconds: number) => nodeDisk.touch(path, seconds)),
    removeDirectory: dying((path: string) => nodeDisk.removeDirectory(path)),
    makeDirectory: dying((path: string) => nodeDisk.makeDirectory(path)),
  });
}

async function fillRandomly(subject: TestFolder, random: (below: number) => number, now: number): Promise<void> {
  for (let at = 0; at < 12; at++) {
    const contents = Array.from({ length: random(5) }, () => `content ${random(15)} `.repeat(50));
    await putEntry(subject, `e${at}`, contents, { createdAt: at });
    use(subject, `e${at}`, now - random(10) * DAY);
  }
  for (let at = 0; at < 4; at++) await putText(subject.blobs, `garbage ${random(100)}`);
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`gc never removes what a kept entry names, killed anywhere or not (seed ${seed})`, async (t: TestContext) => {
    const random = createRandom(seed);
    const subject = createFolder(t);
    const now = Date.now() + (seed % 2) * 2 * HOUR;
    await fillRandomly(subject, random, now);
    const options = { maxBytes: 2000 + random(6000), maxAgeMs: (2 + random(8)) * DAY, now };
    const check = async (where: string, recovered: boolean): Promise<void> => {
      for (let at = 0; at < 12; at++) {
        const found = await subject.actions.get(keyOf(`e${at}`));
        assert.ok(found.ok, where);
        if (found.value === undefined || !recovered) continue;
        assert.ok(await isWhole(subject, `e${at}`), `${where}: e${at}`);
      }
    };
    for (let steps = 0; ; steps += 1 + random(3)) {
      const dying = createFolder(t, { directory: subject.directory, disk: killAfter(steps) });
      const ended = await gc(dying, options).then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof Killed)) throw error;
          return false;
        },
      );
      await check(`killed at step ${steps}`, false);
      if (ended) break;
    }
    // Trash that is young may be that of a gc that is still at it.
    await gc(subject, { ...options, now: Math.max(now, Date.now() + 2 * HOUR) });
    await check('in the end', true);
    assert.deepEqual(
      listFiles(subject.folder.root).filter((file) => file.startsWith('trash/')),
      [],
    );
  });
}

test('a killed gc leaves every entry whole, or its blobs where the next gc finds them', async (t) => {
  for (let steps = 0; steps < 12; steps++) {
    const subject = createFolder(t);
    await putEntry(subject, 'kept', ['kept']);
    await putText(subject.blobs, 'garbage');
    const dying = createFolder(t, { directory: subject.directory, disk: killAfter(steps) });
    await gc(dying, { now: Date.now() + 2 * HOUR }).catch(() => undefined);
    assert.ok(await isWhole(subject, 'kept'), `step ${steps}`);
  }
});

test('chooses by age, then by size, counting shared blobs once', () => {
  const blob = (name: string, size: number): ReturnType<typeof digestOf> => ({ ...digestOf(Buffer.from(name)), size });
  const entries = [
    { key: keyOf('a'), usedAt: 1, ownBytes: 0, blobs: [blob('x', 100), blob('y', 100)] },
    { key: keyOf('b'), usedAt: 2, ownBytes: 0, blobs: [blob('x', 100)] },
    { key: keyOf('c'), usedAt: 3, ownBytes: 0, blobs: [blob('z', 50)] },
  ];
  const choose = (maxBytes?: number, maxAgeMs?: number): number =>
    chooseEvictions(entries, { maxBytes, maxAgeMs }, 10).size;
  assert.equal(choose(), 0);
  assert.equal(choose(250), 0);
  assert.equal(choose(249), 1);
  assert.equal(choose(149), 2);
  assert.equal(choose(10), 3);
  assert.equal(choose(undefined, 8), 1);
  assert.equal(choose(undefined, 7), 2);
});

test('is due once a day, or when much was written', async (t) => {
  const subject = createFolder(t);
  const now = Date.now();
  assert.ok(!isGcDue(subject.folder, NONE, now));
  await putEntry(subject, 'a', []);
  noteWritten(subject.folder, 1, now);
  assert.ok(!isGcDue(subject.folder, NONE, now));
  assert.ok(isGcDue(subject.folder, NONE, now + 25 * HOUR));
  const limits = { ...NONE, maxBytes: 100 * 1024 * 1024 };
  assert.ok(!isGcDue(subject.folder, limits, now));
  for (let at = 0; at < 11; at++) noteWritten(subject.folder, 1024 * 1024, now);
  assert.ok(isGcDue(subject.folder, limits, now));
  await gc(subject, { now });
  assert.ok(!isGcDue(subject.folder, limits, now));
});

/** Files older than anything that is kept, named as those of a cache folder are; returns their paths. */
function plantFiles(directory: string): readonly string[] {
  const hash = keyOf('outside');
  const own = `${'0'.repeat(24)}-0`;
  const paths = [
    'kept.txt',
    own,
    `${hash}.${own}`,
    `${own}/${hash}`,
    `00/${hash}`,
    `00/${hash}.json`,
    `01/${hash}.chunks`,
  ];
  for (const path of [...paths, `00/${hash.slice(1)}/${'0'.repeat(15)}-${hash}`]) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    if (path !== own) writeFileSync(join(directory, path), '');
  }
  return listFiles(directory);
}

for (const area of ['tmp', 'quarantine', 'arrivals', 'trash', 'blobs', 'actions', 'tasks']) {
  test(`a link in place of ${area} is left alone, with what it leads to`, async (t) => {
    const subject = createFolder(t);
    await putEntry(subject, 'kept', ['named']);
    const outside = createTempDirectory(t);
    const planted = plantFiles(outside);
    rmSync(join(subject.folder.root, area), { recursive: true, force: true });
    symlinkSync(outside, join(subject.folder.root, area));
    await gc(subject, { now: Date.now() + 30 * DAY });
    for (const path of planted) assert.ok(existsSync(join(outside, path)), path);
    assert.ok(lstatSync(join(subject.folder.root, area)).isSymbolicLink());
  });
}

test('arrivals that nobody has asked for in a week are removed', async (t) => {
  const subject = createFolder(t);
  await putEntry(subject, 'kept', ['named']);
  const path = subject.folder.freshPath('arrivals');
  mkdirSync(dirname(path));
  writeFileSync(path, 'of any version');
  await gc(subject, { now: Date.now() + 6 * DAY });
  assert.ok(existsSync(path));
  await gc(subject, { now: Date.now() + 8 * DAY });
  assert.ok(!existsSync(path));
});

test('in a folder that a link leads to, what is not named as ours stays', async (t) => {
  const outside = createTempDirectory(t);
  const subject = createFolder(t);
  const strangers = ['tmp/notes.txt', 'quarantine/notes.txt', 'trash/old/notes.txt'];
  for (const path of strangers) {
    mkdirSync(dirname(join(outside, path)), { recursive: true });
    writeFileSync(join(outside, path), '');
  }
  symlinkSync(outside, subject.folder.root);
  await gc(subject, { now: Date.now() + 30 * DAY });
  for (const path of strangers) assert.ok(existsSync(join(outside, path)), path);
});
