import assert from 'node:assert/strict';
import { constants, copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '@tr/hash';
import { nodeDisk, type Disk } from '@tr/store';
import type { ContentStream } from '../src/index.js';
import { createRig, type Rig } from './rig.js';

/** One of them is read in several pieces, and two are the same. */
const CONTENTS = { 'dist/app': 'app', 'dist/big': 'x'.repeat(5_000_000), 'dist/obj/a.o': 'a', 'dist/obj/b.o': 'a' };
const FILES = Object.keys(CONTENTS);

const cloning: Partial<Disk> = { clone: (from, to) => copyFileSync(from, to, constants.COPYFILE_EXCL) };
const isMounted = (path: string): boolean => path.includes('/web/dist/');
const mounted: Partial<Disk> = {
  rename: (from, to) => {
    if (isMounted(from) !== isMounted(to)) throw Object.assign(new Error('rename'), { code: 'EXDEV' });
    nodeDisk.rename(from, to);
  },
};
/** As they come from another machine. */
const contents: ContentStream = {
  read: (_, sink) => {
    for (const bytes of [...new Set(Object.values(CONTENTS))].map((text) => Buffer.from(text))) {
      const half = bytes.length >> 1;
      if (half > 1000) sink(digestOf(bytes), bytes.subarray(0, half), false);
      sink(digestOf(bytes), half > 1000 ? bytes.subarray(half) : bytes, true);
    }
    return Promise.resolve({ ok: true, value: undefined });
  },
};

interface Way {
  readonly disk?: Partial<Disk>;
  readonly packed?: boolean;
  readonly contents?: ContentStream;
}

const WAYS: Readonly<Record<string, Way>> = {
  blobs: {},
  'a pack': { packed: true },
  clones: { disk: cloning },
  'another file system': { disk: mounted },
  'another machine': { contents },
};

const timeOf = (rig: Rig, path: string): number => statSync(join(rig.root, 'web', path)).mtimeMs;

/** Returns the time that the source has then. */
function edit(rig: Rig, text: string): number {
  mkdirSync(join(rig.root, 'web/src'), { recursive: true });
  writeFileSync(join(rig.root, 'web/src/a.c'), text);
  return timeOf(rig, 'src/a.c');
}

function now(rig: Rig): number {
  const time = rig.place.records.sampleClock();
  assert.ok(time !== undefined);
  return time;
}

function letClockTick(rig: Rig): void {
  // A date is the next whole millisecond.
  const before = now(rig) + 1;
  while (now(rig) <= before);
}

for (const [way, { disk, packed, ...options }] of Object.entries(WAYS)) {
  test(`from ${way}: no file is older than another or the sources, or as young as what changes meanwhile`, async (t) => {
    let edited = 0;
    const makeDirectory = (path: string): void => {
      if (path.includes('/restore-')) edited ||= edit(rig, 'two');
      nodeDisk.makeDirectory(path);
    };
    const rig = createRig(t, { disk: { ...nodeDisk, ...disk, makeDirectory }, packed: packed === true });
    rig.write(CONTENTS);
    const manifest = await rig.save('key');
    for (const path of FILES) rig.remove(path);
    const source = edit(rig, 'one');
    const since = now(rig);
    letClockTick(rig);
    assert.equal((await rig.restore(manifest, { ...options, since: () => since })).outcome, 'restored');
    assert.deepEqual(rig.read('dist'), {
      app: 'app',
      big: CONTENTS['dist/big'],
      'obj/a.o': 'a',
      'obj/b.o': 'a',
    });
    const [time = 0, ...others] = FILES.map((path) => timeOf(rig, path));
    assert.deepEqual(others, [time, time, time]);
    assert.ok(source <= time && time < edited, `${source} ${time} ${edited}`);
    // The record was written with these times.
    letClockTick(rig);
    await rig.restore(manifest, { since: () => since });
    assert.deepEqual(await rig.restore(manifest, { since: () => now(rig) }), { outcome: 'fresh' });
    assert.equal(timeOf(rig, 'dist/app'), time);
  });
}

test('a file system that does not let times be set has restores all the same', async (t) => {
  const setTime = (): never => {
    throw Object.assign(new Error('futime'), { code: 'EPERM' });
  };
  const rig = createRig(t, { packed: true });
  rig.write(CONTENTS);
  const manifest = await rig.save('key');
  for (const path of FILES) rig.remove(path);
  Object.assign(rig.place, { disk: { ...nodeDisk, setTime } });
  assert.equal((await rig.restore(manifest, { since: () => now(rig) })).outcome, 'restored');
});
