import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findWorkspaceRoot } from '../src/index.js';
import { makeTree, type Tree } from './support/tree.js';

const ROOT = '{ "tasks": {} }';
const PACKAGE = '{\n  // of a package\n  "extends": ["//"],\n  "tasks": {}\n}';

/** [what, tree, where we stand, directory that is the root] */
const CASES: readonly (readonly [string, Tree, string, string])[] = [
  ['the directory itself', { 'turbo.json': ROOT }, '', ''],
  ['our own configuration', { 'turbo-like.config.json': ROOT, 'a/b/x': '' }, 'a/b', ''],
  ['turbo.jsonc', { 'turbo.jsonc': ROOT, 'a/x': '' }, 'a', ''],
  ['past a package configuration', { 'turbo.json': ROOT, 'a/turbo.json': PACKAGE }, 'a', ''],
  ['past our package configuration', { 'turbo.json': ROOT, 'a/turbo-like.config.json': PACKAGE }, 'a', ''],
  ['past several extends', { 'turbo.json': ROOT, 'a/turbo.json': '{"extends":["//", "b"]}' }, 'a', ''],
  ['the nearest root', { 'turbo.json': ROOT, 'a/turbo.json': ROOT, 'a/b/x': '' }, 'a/b', 'a'],
  ['extends in a comment only', { 'turbo.json': ROOT, 'a/turbo.json': '{\n // "extends": ["//"]\n}' }, 'a', 'a'],
  ['extends behind a line', { 'turbo.json': ROOT, 'a/turbo.json': '{"tasks": {} // "extends": ["//"]\n}' }, 'a', 'a'],
  ['extends in a block comment', { 'turbo.json': ROOT, 'a/turbo.json': '{ /*\n"extends": ["//"]\n*/ }' }, 'a', 'a'],
  ['a comment behind extends', { 'turbo.json': ROOT, 'a/turbo.json': '{"extends": ["//"] // "/*"\n}' }, 'a', ''],
  ['extends of a task only', { 'turbo.json': '{"tasks":{"x":{"extends":false}}}', 'a/x': '' }, 'a', ''],
  ['an npm workspace in between', { 'turbo.json': ROOT, 'a/package.json': '{"workspaces":["*"]}' }, 'a', ''],
  ['a byte order mark', { 'turbo.json': `\ufeff${ROOT}`, 'a/x': '' }, 'a', ''],
];

describe('findWorkspaceRoot', () => {
  for (const [what, tree, cwd, expected] of CASES) {
    it(`finds ${what}`, () => {
      const top = makeTree(tree);
      assert.deepEqual(findWorkspaceRoot(join(top, cwd)), { ok: true, value: { root: join(top, expected) } });
    });
  }

  it('resolves links in the path', () => {
    const top = makeTree({ 'real/turbo.json': ROOT });
    symlinkSync('real', join(top, 'link'));
    assert.deepEqual(findWorkspaceRoot(join(top, 'link')), { ok: true, value: { root: join(top, 'real') } });
  });

  const likely: readonly (readonly [string, Tree, string, string])[] = [
    ['workspaces in package.json', { 'package.json': '{"workspaces":["a"]}', 'a/package.json': '{}' }, 'a', ''],
    ['pnpm-workspace.yaml', { 'pnpm-workspace.yaml': '', 'a/package.json': '{}' }, 'a', ''],
    ['the nearest package', { 'package.json': '{}', 'a/package.json': '{}' }, 'a', 'a'],
  ];
  for (const [what, tree, cwd, expected] of likely) {
    it(`without a configuration fails and points at ${what}`, () => {
      const top = makeTree(tree);
      const failure = { code: 'workspace/no-config', cwd: join(top, cwd), likelyRoot: join(top, expected) };
      assert.deepEqual(findWorkspaceRoot(join(top, cwd)), { ok: false, failure });
    });
  }
});
