import assert from 'node:assert/strict';
import type { Failure, Package, PackageName, Workspace } from '@tr/model';
import { loadWorkspace, type LoadWorkspaceRequest } from '../../src/index.js';
import { makeTree, type Tree } from './tree.js';

type Options = Partial<Omit<LoadWorkspaceRequest, 'root'>>;

/** Loads a workspace made of `tree`, or lying at a path. */
export async function load(tree: Tree | string, options: Options = {}) {
  const root = typeof tree === 'string' ? tree : makeTree(tree);
  return loadWorkspace({ root, configPackages: [], packageConfigName: () => undefined, ...options });
}

export async function loadOk(tree: Tree | string, options: Options = {}): Promise<Workspace> {
  const loaded = await load(tree, options);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.value.workspace;
}

export async function warningsOf(tree: Tree, options: Options = {}): Promise<readonly Failure[]> {
  const loaded = await load(tree, options);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.value.diagnostics.map((entry) => entry.failure);
}

export async function failuresOf(tree: Tree, options: Options = {}): Promise<readonly Failure[]> {
  const loaded = await load(tree, options);
  assert.ok(!loaded.ok, 'loading should fail');
  assert.ok(loaded.failure.every((entry) => entry.severity === 'error'));
  return loaded.failure.map((entry) => entry.failure);
}

/** Names without the root. */
export function namesOf(workspace: Workspace): string[] {
  return [...workspace.packages.keys()].filter((name) => name !== '//');
}

export function packageOf(workspace: Workspace, name: string): Package {
  const found = workspace.packages.get(name as PackageName);
  assert.ok(found, `no package ${name}`);
  return found;
}
