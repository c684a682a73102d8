import assert from 'node:assert/strict';
import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRig, fingerprintOf, letClockTick, taskOf, type Rig } from './rig.js';

const TASK = taskOf();
const ONE = fingerprintOf(TASK, 'one');

const timeOf = (rig: Rig, path: string): number => statSync(join(rig.root, path)).mtimeMs;

test('outputs of a command that saw an input change are older than the change; what was made before it keeps its time', async (t) => {
  const rig = createRig(t);
  const { tasks } = rig.open();
  await tasks.lookup(TASK, ONE);
  await tasks.forgetOutputs(TASK);
  letClockTick(rig.directory);
  rig.write('web/dist/before', 'made');
  const before = timeOf(rig, 'web/dist/before');
  // More than a tick of the clock, and the millisecond that an output is put before the change.
  while (before + 50 > Date.now());
  rig.write('web/src/a', 'edited');
  rig.write('package.json', '{}');
  letClockTick(rig.directory);
  rig.write('web/dist/after', 'made');
  rig.write('web/dist/tracked', 'an input too');
  const tracked = timeOf(rig, 'web/dist/tracked');
  await tasks.settleOutputs(TASK, ['src/a', 'package.json', 'src/gone', 'dist/tracked']);
  assert.equal(timeOf(rig, 'web/dist/before'), before);
  assert.ok(timeOf(rig, 'web/dist/after') < timeOf(rig, 'web/src/a'));
  assert.ok(timeOf(rig, 'web/dist/after') > before);
  assert.equal(timeOf(rig, 'web/dist/tracked'), tracked);
});

test('where the change has no time of its own, and after a command that was killed, they are older than the command', async (t) => {
  for (const isKilled of [false, true]) {
    const rig = createRig(t);
    const { tasks } = rig.open();
    await tasks.lookup(TASK, ONE);
    rig.write('web/dist/earlier', 'made');
    utimesSync(join(rig.root, 'web/dist/earlier'), 1000, 1000);
    rig.write('web/src/a', 'read');
    const second = Date.now() / 1000 - 1;
    utimesSync(join(rig.root, 'web/src/a'), second, second);
    letClockTick(rig.directory);
    await tasks.forgetOutputs(TASK);
    rig.write('web/dist/a', 'made');
    if (isKilled) await rig.open().tasks.forgetOutputs(TASK);
    else await tasks.settleOutputs(TASK, ['src/gone']);
    const started = statSync(join(rig.root, '.tr/state/v1/outputs/clock')).mtimeMs;
    assert.ok(timeOf(rig, 'web/dist/a') < started && timeOf(rig, 'web/dist/a') > timeOf(rig, 'web/src/a'));
    assert.equal(timeOf(rig, 'web/dist/earlier'), 1_000_000);
  }
});

test('outputs of a command whose inputs stayed keep their times', async (t) => {
  const rig = createRig(t);
  const { tasks } = rig.open();
  await tasks.lookup(TASK, ONE);
  await tasks.forgetOutputs(TASK);
  letClockTick(rig.directory);
  rig.write('web/dist/a', 'made');
  const before = timeOf(rig, 'web/dist/a');
  await tasks.settleOutputs(TASK, []);
  await tasks.forgetOutputs(TASK);
  assert.equal(timeOf(rig, 'web/dist/a'), before);
});
