import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeRun, LOOSE, readRun, type RecordedRun } from '../src/recorded-run/recorded-run.js';

const RUN: RecordedRun = {
  madeAt: 1_700_000_000_000,
  output: ['a:build: fresh é\n  Time: ', '\n'],
  variables: [['HOME', 'VALUE'], '0123456789abcdef'],
  looked: ['/w/packages/a/one.txt', '/w/packages'],
  looks: Float64Array.of(0o100644, 7, 5, 1_700_000_000_000.25, 1_700_000_000_001.5, 0o40755, 8, 0, 0, LOOSE),
  absent: ['/w/packages/a/.gitignore'],
  present: ['/w/.git'],
  resolved: [['/w', '/real/w']],
};

test('a record in which a byte has gone bad is none, or looks at what cannot be', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tr-record-'));
  const path = join(directory, 'record');
  // Always the same file: to empty one and write it anew takes a disk its time.
  const file = openSync(path, 'w');
  t.after(() => {
    closeSync(file);
    rmSync(directory, { recursive: true });
  });
  const read = (bytes: Uint8Array): RecordedRun | undefined => {
    writeSync(file, bytes, 0, bytes.length, 0);
    ftruncateSync(file, bytes.length);
    const run = readRun(path)?.run;
    if (run === undefined) return undefined;
    const { madeAt, output, variables, looked, looks, absent, present, resolved } = run;
    return { madeAt, output, variables, looked, looks, absent, present, resolved };
  };
  const whole = encodeRun(RUN);
  assert.deepEqual(read(whole), RUN);
  for (let at = 0; at < whole.length; at++)
    for (const change of [1, 0x80]) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      const found = read(damaged);
      if (found === undefined) continue;
      assert.notDeepEqual(found.looks, RUN.looks, `byte ${at}`);
      assert.deepEqual({ ...found, looks: RUN.looks }, RUN, `byte ${at}`);
      assert.notEqual(found.looks[4], LOOSE);
    }
  for (const filler of [0, 0xff])
    for (let at = 0; at < whole.length; at += 16) {
      const damaged = Buffer.from(whole).fill(filler, at, Math.min(at + 16, whole.length));
      assert.notEqual(read(damaged)?.looks[4], LOOSE);
      const found = read(damaged);
      assert.ok(found === undefined || found.absent[0] === RUN.absent[0], `16 bytes from ${at}`);
    }
  for (let length = 0; length < whole.length; length++) assert.equal(read(whole.subarray(0, length)), undefined);
});
