import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskId } from '@tr/model';
import { compileOutputs, listLeftOutputs } from '../src/index.js';
import { createRig, TASK } from './rig.js';

test('what an execution that was cut off has left is not what another task has left beside it', async (t) => {
  const rig = createRig(t);
  rig.write({ 'dist/mine': '1', 'dist/theirs': '2' });
  const { place } = rig;
  place.records.write('web#types' as TaskId, { paths: ['web/dist/theirs'] });
  place.records.write(TASK, { paths: [], unfinishedSince: 0 });
  const matcher = compileOutputs({ include: ['dist/**'], exclude: [] }, 'web');
  const left = await listLeftOutputs({ place, task: TASK, matcher, record: place.records.read(TASK) });
  assert.deepEqual(left, ['web/dist/', 'web/dist/mine']);
});
