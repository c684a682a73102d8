/** What goes wrong with the results of other machines that wait on this disk: kills, a full disk, rights, hostile content. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeDisk, verifyCache, type Disk } from '@tr/store';
import { failAfter, kill, Killed, throwCode } from '../failing-disk.js';
import { manifestFiles, type Rig } from '../rig.js';
import { fails, makes, shared } from './one-shared-result.js';

type Shared = Awaited<ReturnType<typeof shared>>;

const OUTPUTS = { 'dist/a': 'one', 'dist/b/c': 'two', 'dist/empty': '' };

/** A machine that has nothing. */
function empty({ directory, root }: Rig): void {
  for (const name of ['cache', 'ws']) rmSync(join(directory, name), { recursive: true, force: true });
  mkdirSync(root);
}

/** The run that comes next, and the one after it without a remote, are right, and so is what they have. */
async function assertSound({ rig, run }: Shared, where: string): Promise<void> {
  assert.notEqual(await run({}, makes(rig)), 'miss', where);
  assert.deepEqual(rig.tree('web'), OUTPUTS, where);
  rig.remove('web/dist');
  assert.notEqual(await run({ remote: undefined }, makes(rig)), 'miss', where);
  assert.deepEqual(rig.tree('web'), OUTPUTS, where);
  const report = await verifyCache(rig.folder);
  assert.ok(report.ok, where);
  assert.deepEqual([report.value.badBlobs, report.value.badEntries], [[], []], where);
}

/** Called with a disk that fails at each step of a run in turn; true when it got to the end of the run. */
type Attempt = (disk: Disk, hasFailed: () => boolean) => Promise<boolean>;

async function atEachStep(fail: () => never, where: (path: string) => boolean, attempt: Attempt): Promise<number> {
  for (let steps = 0; ; steps++) {
    const failing = failAfter(steps, fail, where);
    if (await attempt(failing.disk, failing.hasFailed)) return steps;
  }
}

for (const settles of [false, true]) {
  const title = settles ? 'a run that puts results in their place' : 'a run that brings results';

  /** Up to the run that is meant. */
  const prepare = async (given: Shared): Promise<void> => {
    empty(given.rig);
    if (settles) await given.run();
  };

  test(`${title} is killed between any two steps`, async (t) => {
    const given = await shared(t);
    let at = 0;
    const steps = await atEachStep(
      kill,
      () => true,
      async (disk) => {
        await prepare(given);
        const ended = await given.run({ disk, ...(settles ? { remote: undefined } : {}) }).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        await assertSound(given, `killed at step ${at++}`);
        return ended !== undefined;
      },
    );
    assert.ok(steps > 10, `${steps} steps`);
  });

  for (const code of ['ENOSPC', 'EROFS', 'EACCES', 'EIO'])
    test(`${code} in the cache from any step of ${title} on`, async (t) => {
      const given = await shared(t);
      const { rig, run, warnings } = given;
      let at = 0;
      await atEachStep(
        throwCode(code),
        (path) => path.includes('/cache/v1'),
        async (disk, hasFailed) => {
          await prepare(given);
          const where = `${code} at step ${at++}`;
          rig.warnings.length = 0;
          assert.notEqual(await run({ disk }, makes(rig)), 'miss', where);
          assert.deepEqual(rig.tree('web'), OUTPUTS, where);
          const codes = rig.warnings.map((warning) => warning.code);
          assert.equal(new Set(codes).size, codes.length, `${where}: ${codes.join()}`);
          await assertSound(given, where);
          return !hasFailed();
        },
      );
      assert.deepEqual(warnings, []);
    });
}

for (const call of ['readDirectory', 'lstat', 'open', 'unlink'] as const)
  for (const code of ['EACCES', 'EIO'])
    test(`${call} with ${code} where results wait: the run is right, and it is told once`, async (t) => {
      const { rig, run, arrivals } = await shared(t);
      await run();
      rig.remove('web/dist');
      const real = nodeDisk[call] as (...args: readonly unknown[]) => unknown;
      const refuses = (path: unknown): boolean => {
        const isInside = String(path).startsWith(`${arrivals}/`);
        return call === 'readDirectory' ? path === arrivals : isInside;
      };
      const disk: Disk = {
        ...nodeDisk,
        [call]: (...args: readonly unknown[]) => (refuses(args[0]) ? throwCode(code)() : real(...args)),
      };
      assert.equal(await run({ disk }), 'restored');
      assert.deepEqual(rig.tree('web'), OUTPUTS);
      // A file that cannot be read is removed.
      const expected = call === 'open' ? [] : [code === 'EACCES' ? 'store/denied' : 'store/io'];
      assert.deepEqual(
        rig.warnings.map((warning) => warning.code),
        expected,
      );
    });

test('two runs put the same results in their place at once, killed in between, and none is lost', async (t) => {
  const given = await shared(t);
  const { rig, run } = given;
  for (let steps = 0; steps < 40; steps += 3) {
    empty(rig);
    await run();
    rig.remove('web/dist');
    const { disk } = failAfter(steps, kill);
    const both = [run({ disk, remote: undefined }, makes(rig)), run({ remote: undefined }, makes(rig))];
    await Promise.allSettled(both);
    await assertSound(given, `killed at step ${steps}`);
  }
});

/** A file of arrivals with this behind its first line. */
const LIES: Readonly<Record<string, (entry: Buffer, key: string) => Buffer>> = {
  'a length that is no length': (_, key) => Buffer.from(`${key} 99999999999999999999\nx`),
  'a length that is too long': (_, key) => Buffer.from(`${key} 999999999\nx`),
  'a length below zero': (_, key) => Buffer.from(`${key} -1\nx`),
  'a name that leads out': () => Buffer.from(`${'../'.repeat(21)}x 1\nx`),
  'a line without an end': (_, key) => Buffer.concat([Buffer.from(key), Buffer.alloc(1 << 20, ' ')]),
  'another key': (entry) => Buffer.concat([Buffer.from(`${'0'.repeat(64)} ${entry.length}\n`), entry]),
  'paths that lead out': (entry, key) => framed(key, replaced(entry, 'web/dist/a', '../../e/a')),
  'another task': (entry, key) => framed(key, replaced(entry, 'web#build', 'web#other')),
  'ten thousand entries of nothing': (_, key) => Buffer.from(`${key} 0\n`.repeat(10_000)),
};

const framed = (key: string, entry: Buffer): Buffer => Buffer.concat([Buffer.from(`${key} ${entry.length}\n`), entry]);

/** Bytes of the same length in the document; its chunks are packed, so what they hold is not to be got at. */
function replaced(entry: Buffer, from: string, to: string): Buffer {
  const found = entry.indexOf(from);
  const copy = Buffer.from(entry);
  if (found === -1) copy.fill(to, copy.length - 40, copy.length);
  else copy.write(to, found);
  return copy;
}

for (const [title, lie] of Object.entries(LIES))
  test(`a file of results with ${title} has nothing in it`, async (t) => {
    const { rig, run, arrivals, calls } = await shared(t);
    await run();
    const [name = ''] = readdirSync(arrivals);
    const bytes = readFileSync(join(arrivals, name));
    const start = bytes.indexOf(0x0a) + 1;
    const key = bytes.toString('latin1', start, start + 64);
    const entry = bytes.subarray(bytes.indexOf(0x0a, start) + 1);
    writeFileSync(join(arrivals, name), Buffer.concat([bytes.subarray(0, start), lie(entry, key)]));
    rig.remove('web/dist');
    calls.length = 0;
    assert.equal(await run(), 'restored');
    assert.deepEqual(calls, ['lookup 1']);
    assert.deepEqual(rig.tree('web'), OUTPUTS);
    assert.deepEqual(manifestFiles(rig), []);
    assert.deepEqual(rig.warnings, []);
  });

test('results that are kept before and settled after the clock was set back are there', async (t) => {
  const { rig, run } = await shared(t);
  await run();
  rig.remove('web/dist');
  const past = Date.now() - 400 * 86_400_000;
  assert.equal(await run({ remote: undefined, now: () => past }, fails), 'restored');
  assert.deepEqual(rig.tree('web'), OUTPUTS);
});
