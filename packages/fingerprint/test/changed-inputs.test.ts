import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULT_TASK_DEFINITION,
  type DeferredInput,
  type InputSpec,
  type TaskDefinition,
  type TaskNode,
} from '@tr/model';
import { createChangedInputs } from '../src/inputs/changed-inputs.js';

const JIT: DeferredInput = { mode: 'jit', includeDefault: false, include: [], exclude: [], from: undefined };

const NOTHING: InputSpec = { includeDefault: false, include: [], exclude: [] };

function isChanged(inputs: InputSpec, path: string): boolean {
  return isChangedFor({ inputs }, path, false);
}

function isChangedFor(differs: Partial<TaskDefinition>, path: string, isTracked: boolean): boolean {
  const node = { directory: 'a', definition: { ...DEFAULT_TASK_DEFINITION, ...differs } } as unknown as TaskNode;
  return createChangedInputs({ files: [path], isTracked: () => isTracked })(node);
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

test('a tracked file among the outputs counts, also where they are named by their directory', () => {
  for (const glob of ['dist/**', 'dist', './dist/']) {
    const differs = {
      inputs: { ...NOTHING, include: ['*.md'] },
      outputs: { include: [glob], exclude: ['dist/tmp/**'] },
    };
    assert.equal(isChangedFor(differs, 'a/dist/x', true), true, glob);
    assert.equal(isChangedFor(differs, 'a/dist/x', false), false, glob);
    assert.equal(isChangedFor(differs, 'a/dist/tmp/x', true), false, glob);
  }
});

test('an input that is named wins over what is left out, as do the files that always count', () => {
  const inputs = {
    ...NOTHING,
    include: ['src', 'app/x.ts', '../b/x'],
    exclude: ['**/*.ts', '*.json', '../b/**'],
  };
  assert.equal(isChanged(inputs, 'a/src/x.js'), true);
  assert.equal(isChanged(inputs, 'a/src/x.ts'), false);
  assert.equal(isChanged(inputs, 'a/app/x.ts'), true);
  assert.equal(isChanged(inputs, 'b/x'), true);
  assert.equal(isChanged(inputs, 'b/y'), false);
  for (const name of ['package.json', 'turbo.json', 'turbo-like.config.json'])
    assert.equal(isChanged(inputs, `a/${name}`), true, name);
  assert.equal(isChanged(inputs, 'a/other.json'), false);
});
