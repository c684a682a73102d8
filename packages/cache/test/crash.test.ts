import assert from 'node:assert/strict';
import { cpSync, existsSync, lstatSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { verifyCache, type Disk } from '@tr/store';
import { createRig, fingerprintOf, SETS, taskOf, writeOutputs, type Rig, type RunResult } from './rig.js';
import { failAfter, kill, Killed, throwCode } from './failing-disk.js';

for (const restore of ['copy', 'link'] as const) {
  const task = taskOf('web#build', { restore });

  const runOn = (rig: Rig, word: string, disk?: Disk): Promise<RunResult> => {
    const make = (): void => writeOutputs(join(rig.root, 'web/dist'), word);
    const cache = rig.open(disk === undefined ? {} : { disk });
    return rig.run({ task, fingerprint: fingerprintOf(task, word), make, cache });
  };

  /** After whatever happened: every state comes out right, whether from the cache or not, and the cache is sound. */
  const assertSound = async (rig: Rig, where: string, isExact: boolean): Promise<void> => {
    for (const word of ['two', 'one', 'three', 'one']) {
      const run = await runOn(rig, word);
      const expected = sorted(SETS[word] ?? {});
      const found = Object.entries(rig.tree('web/dist')).filter(([path]) => isExact || path in expected);
      assert.deepEqual(Object.fromEntries(found), expected, `${where}: ${word} (${run.outcome})`);
      assert.notEqual(run.saved?.saved, false, where);
    }
    const report = await verifyCache(rig.folder);
    assert.ok(report.ok, where);
    assert.deepEqual([report.value.badBlobs, report.value.badEntries], [[], []], where);
  };

  const STEPS: readonly [string, string, readonly string[]][] = [
    ['a first save', 'one', []],
    ['a save over other outputs', 'three', ['two', 'one']],
    ['a restore', 'two', ['two', 'one']],
    ['a restore into an empty place', 'two', ['two', 'gone']],
  ];

  for (const [title, word, before] of STEPS) {
    test(`killed between any two steps of ${title} (${restore})`, async (t) => {
      const template = createRig(t);
      for (const earlier of before) {
        if (earlier === 'gone') template.remove('web/dist');
        else await runOn(template, earlier);
      }
      for (let steps = 0; ; steps++) {
        const rig = copyOf(template, createRig(t));
        const failing = failAfter(steps, kill);
        const ended = await runOn(rig, word, failing.disk).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
          return undefined;
        });
        await assertSound(rig, `killed at step ${steps} of ${title}`, true);
        rmSync(rig.directory, { recursive: true });
        if (ended !== undefined) {
          assert.ok(steps > 10, `${title} takes ${steps} steps`);
          break;
        }
      }
    });

    for (const code of restore === 'copy' ? ['ENOSPC', 'EROFS', 'EACCES', 'EIO'] : []) {
      test(`${code} from any step of ${title} on: the task is fine, one warning of a kind, the next run is right (${restore})`, async (t) => {
        const template = createRig(t);
        for (const earlier of before) {
          if (earlier === 'gone') template.remove('web/dist');
          else await runOn(template, earlier);
        }
        for (let steps = 0; ; steps += 5) {
          const rig = copyOf(template, createRig(t));
          const failing = failAfter(steps, throwCode(code));
          await runOn(rig, word, failing.disk);
          assert.deepEqual(rig.tree('web/dist'), sorted(SETS[word] ?? {}), `${code} at step ${steps}`);
          const codes = rig.warnings.map((warning) => warning.code);
          assert.equal(new Set(codes).size, codes.length, codes.join());
          // Where no record can be written, a stale file may be left; never a wrong one.
          await assertSound(rig, `${code} at step ${steps} of ${title}`, false);
          rmSync(rig.directory, { recursive: true });
          if (!failing.hasFailed()) break;
        }
      });
    }
  }
}

function sorted(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same workspace and cache at another place; times are kept (cut short, not rounded up), inodes are new: records must cope. */
function copyOf(template: Rig, rig: Rig): Rig {
  for (const name of ['ws', 'cache']) {
    const from = join(template.directory, name);
    rmSync(join(rig.directory, name), { recursive: true, force: true });
    if (!existsSync(from)) continue;
    cpSync(from, join(rig.directory, name), {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
    });
    cutTimes(from, join(rig.directory, name));
  }
  return rig;
}

/** Node 24 copies times as seconds in one floating-point number: a file would be younger than the record that was written after it. */
function cutTimes(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const time = Math.floor(lstatSync(source).mtimeMs) / 1000;
    utimesSync(join(to, relative(from, source)), time, time);
  }
}
