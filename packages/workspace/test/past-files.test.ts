import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listPastFiles, locateGit } from '../src/index.js';
import { commitAll, git, makeRepository, makeTree, writeTree } from './support/tree.js';

function past(repository: string, directory: string, at = repository): readonly (readonly string[])[] {
  const found = locateGit(at);
  assert.ok(found);
  const states = listPastFiles({ root: at, git: found }, directory, 10);
  return states.map((state) => [...state].map(([path, id]) => `${path} ${id.slice(0, 4)}`).sort());
}

const FILES = { one: 'one\n', two: 'two\n', three: 'three\n' };

test('what a directory had before each commit that changed it, newest first', () => {
  const root = makeRepository({ 'm/1': FILES.one, 'other/x': 'x' });
  writeTree(root, { 'm/2': FILES.two });
  commitAll(root);
  writeTree(root, { 'other/x': 'y' });
  commitAll(root);
  writeTree(root, { 'm/1': FILES.three });
  rmSync(join(root, 'm/2'));
  commitAll(root);
  const one = git(root, 'hash-object', 'm/1').trim().slice(0, 4);
  const states = past(root, 'm');
  assert.equal(states.length, 4, 'HEAD, and before each of the three commits');
  assert.deepEqual(states[0], [`m/1 ${one}`]);
  assert.deepEqual(
    states.slice(1).map((state) => state.map((line) => line.split(' ')[0])),
    [['m/1', 'm/2'], ['m/1'], []],
  );
  assert.notEqual(states[1]?.[0], states[0]?.[0], 'with the content of then');
  assert.equal(states[2]?.[0], states[1]?.[0]);
});

test('a branch goes on with what it was made from; a merge counts as one change', () => {
  const root = makeRepository({ 'm/1': FILES.one });
  git(root, 'checkout', '-q', '-b', 'side');
  writeTree(root, { 'm/side': FILES.two });
  commitAll(root);
  git(root, 'checkout', '-q', '-');
  writeTree(root, { 'm/main': FILES.three });
  commitAll(root);
  git(root, 'merge', '-q', '--no-edit', 'side');
  const names = past(root, 'm').map((state) => state.map((line) => line.split(' ')[0]));
  assert.deepEqual(names, [['m/1', 'm/main', 'm/side'], ['m/1', 'm/main'], ['m/1'], []]);
});

test('in a workspace below the top of the repository, paths are from its root', () => {
  const root = makeRepository({ 'sub/m/1': FILES.one });
  writeTree(root, { 'sub/m/2': FILES.two, 'm/9': FILES.two });
  commitAll(root);
  const names = past(root, 'm', join(root, 'sub')).map((state) => state.map((line) => line.split(' ')[0]));
  assert.deepEqual(names, [['m/1', 'm/2'], ['m/1'], []]);
});

test('without a commit there is nothing to tell', () => {
  const root = makeTree({ 'm/1': FILES.one });
  git(root, 'init', '-q');
  assert.deepEqual(past(root, 'm'), []);
});
