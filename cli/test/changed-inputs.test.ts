import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TASK_DEFINITION, type DeferredInput, type InputSpec, type TaskNode } from '@tr/model';
import { createChangedInputs } from '../src/plan/changed-inputs.js';

const JIT: DeferredInput = { mode: 'jit', includeDefault: false, include: [], exclude: [], from: undefined };

const NOTHING: InputSpec = { includeDefault: false, include: [], exclude: [] };

function isChanged(inputs: InputSpec, path: string): boolean {
  const node = { directory: 'a', definition: { ...DEFAULT_TASK_DEFINITION, inputs } } as unknown as TaskNode;
  return createChangedInputs({ files: [path], isTracked: () => false })(node);
}

test('what plain entries leave out counts where an entry of the mode jit has it', () => {
  const inputs = { ...NOTHING, includeDefault: true, exclude: ['gen/**'] };
  assert.equal(isChanged(inputs, 'a/gen/x'), false);
  assert.equal(isChanged({ ...inputs, deferred: [{ ...JIT, include: ['gen/**'] }] }, 'a/gen/x'), true);
});

test('what an entry of the mode jit leaves out counts where another one has it', () => {
  const jit = { ...JIT, include: ['src/**'], exclude: ['src/old/**'] };
  const inputs = { ...NOTHING, include: ['*.md'], deferred: [jit] };
  assert.equal(isChanged(inputs, 'a/src/x'), true);
  assert.equal(isChanged(inputs, 'a/src/old/x'), false);
  assert.equal(isChanged({ ...inputs, include: ['src/**'] }, 'a/src/old/x'), true);
});

test('outputs of dependencies are found by what changed in the dependencies, not by their paths', () => {
  const inputs: InputSpec = { ...NOTHING, deferred: [{ ...JIT, mode: 'dependencyOutputs', include: ['dist/**'] }] };
  assert.equal(isChanged(inputs, 'a/dist/x'), false);
});
