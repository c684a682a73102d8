import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TaskGraph, TaskId, TaskNode } from '@tr/model';
import { findRecursion } from '../src/recursion.js';
import { describeRerun } from '../src/rerun.js';

/** A graph of tasks of which only this much is looked at. */
function graphOf(tasks: Readonly<Record<string, Partial<TaskNode>>>): TaskGraph {
  const nodes = new Map(Object.entries(tasks).map(([id, node]) => [id as TaskId, node as TaskNode]));
  return { nodes, topologicalOrder: [...nodes.keys()], packagesInScope: [] };
}

test('a task is run again with its arguments, if it was one of those that got them', () => {
  const graph = graphOf({ 'web#test': { task: 'test' }, 'lib#build': { task: 'build' } });
  const taskArguments = ['-u', "it's", 'a b'];
  const call = (task: string, kind: 'monorepo' | 'single' = 'monorepo', passed = taskArguments) =>
    describeRerun(task as TaskId, { graph, kind, requested: ['app#test', 'lint'], taskArguments: passed });
  assert.equal(call('web#test'), String.raw`tr run web#test -- -u 'it'\''s' 'a b'`);
  assert.equal(call('lib#build'), 'tr run lib#build');
  assert.equal(call('web#test', 'monorepo', []), 'tr run web#test');
  assert.equal(call('web#test', 'single', []), 'tr run test');
});

let root: string;
before(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tr-recursion-')));
  mkdirSync(join(root, 'apps/web'), { recursive: true });
  mkdirSync(join(root, 'examples/other'), { recursive: true });
  const config = JSON.stringify({ tasks: { build: { command: 'true' } } });
  for (const directory of ['', 'examples/other'])
    writeFileSync(join(root, directory, 'turbo-like.config.json'), config);
});
after(() => rmSync(root, { recursive: true }));

test('a run within a task that would run that task again is found out, in the same workspace only', () => {
  const graph = graphOf({ 'web#build': { command: 'true' }, 'web#nothing': { command: undefined } });
  const find = (task: string, from: string, place = root) =>
    findRecursion(graph, {
      environment: { TR_TASK: task, TURBO_INVOCATION_DIR: join(root, from) },
      root: place,
    });
  const found = { code: 'graph/recursive-run', task: 'web#build' };
  assert.deepEqual(find('web#build', ''), found);
  assert.deepEqual(find('web#build', 'apps/web'), found);
  assert.equal(find('web#test', ''), undefined, 'another task');
  assert.equal(find('web#nothing', ''), undefined, 'a task that runs nothing');
  assert.equal(find('web#build', 'examples/other'), undefined, 'started in another workspace');
  assert.equal(find('web#build', '', join(root, 'examples/other')), undefined, 'about another workspace');
  assert.equal(findRecursion(graph, { environment: {}, root }), undefined, 'not within a task');
});
