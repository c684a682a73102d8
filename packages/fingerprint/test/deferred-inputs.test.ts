import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_TASK_DEFINITION, ok, type BlobId, type TaskDefinition, type TaskId, type TaskNode } from '@tr/model';
import { readDeferredInputs } from '../src/deferred-inputs.js';
import type { FileIndex } from '../src/files/file-index.js';

const OUTPUTS = { include: ['dist/**'], exclude: [] };
const SNAPSHOT = { service: 'db', steps: [], base: undefined };

function createNode(name: string, needs: readonly string[], definition: Partial<TaskDefinition>): TaskNode {
  return {
    id: `${name}#t` as TaskId,
    package: name as TaskNode['package'],
    task: 't',
    directory: name,
    definition: { ...DEFAULT_TASK_DEFINITION, ...definition },
    command: 'true',
    isScript: true,
    dependencies: needs.map((need) => `${need}#t` as TaskId),
    dependents: [],
    with: [],
    isEntryPoint: true,
  };
}

/** Dependencies of `task` that count by their outputs. */
async function replacedOf(services: readonly string[]): Promise<readonly string[]> {
  const inputs = {
    ...DEFAULT_TASK_DEFINITION.inputs,
    deferred: [{ mode: 'dependencyOutputs', includeDefault: false, include: [], exclude: [], from: undefined }],
  } as const;
  const nodes = [
    createNode('migrate', [], { outputs: OUTPUTS, snapshot: SNAPSHOT, services: ['db'] }),
    createNode('generate', ['migrate'], { outputs: OUTPUTS, services: ['db'] }),
    createNode('build', [], { outputs: OUTPUTS }),
    createNode('task', ['migrate', 'generate', 'build'], { services, inputs }),
  ];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const files = { outputsOf: () => Promise.resolve(ok({})) } as unknown as FileIndex;
  const [task] = nodes.slice(-1);
  assert(task !== undefined);
  const read = await readDeferredInputs(task, files, (id) => byId.get(id));
  assert(read.ok);
  return [...read.value.replaced];
}

describe('chosen outputs of dependencies', () => {
  it('do not stand for the state that a service of the task starts from', async () => {
    assert.deepEqual(await replacedOf([]), ['migrate#t', 'generate#t', 'build#t']);
    assert.deepEqual(await replacedOf(['cache']), ['migrate#t', 'generate#t', 'build#t']);
    assert.deepEqual(await replacedOf(['db']), ['build#t']);
  });
});

describe('files that are read late', () => {
  it('count whatever they are called', async () => {
    const jit = { mode: 'jit', includeDefault: false, include: ['**'], exclude: [], from: undefined } as const;
    const task = createNode('task', [], { inputs: { ...DEFAULT_TASK_DEFINITION.inputs, deferred: [jit] } });
    const record = Object.fromEntries([['__proto__', 'id' as BlobId]]);
    const files = { inputsOf: () => Promise.resolve(ok(record)) } as unknown as FileIndex;
    const read = await readDeferredInputs(task, files, () => undefined);
    assert.deepEqual(read.ok && Object.entries(read.value.files), [['__proto__', 'id']]);
  });
});
