import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpawnRequest } from '../../src/ports.js';
import { toSpawnCall } from '../../src/process/spawn-call.js';
import { WindowsTree, type RootProcess } from '../../src/process/windows-tree.js';

const REQUEST: SpawnRequest = {
  command: 'vite',
  cwd: 'C:\\ws',
  env: {},
  shell: undefined,
  stdin: 'none',
  onOutput: () => {},
};

test('a command stays at the console, where Ctrl-C reaches it', () => {
  const { file, args, options } = toSpawnCall(REQUEST, 'pipe', 'win32');
  assert.deepEqual([file, args], ['cmd.exe', ['/d', '/s', '/c', '"vite"']]);
  assert.deepEqual([options.windowsHide, options.detached, options.windowsVerbatimArguments], [false, false, true]);
  assert.deepEqual(options.stdio, ['ignore', 'pipe', 'pipe']);
});

test('elsewhere it leads a session of its own, unless it reads from the terminal', () => {
  assert.equal(toSpawnCall(REQUEST, 'pipe', 'linux').options.detached, true);
  assert.equal(toSpawnCall({ ...REQUEST, stdin: 'terminal' }, 'pipe', 'linux').options.detached, false);
});

interface Root extends RootProcess {
  exitCode: number | null;
  signalCode: string | null;
}

/** What is done to a tree whose `taskkill` does what `succeeds` says. */
function createTree(succeeds: boolean): { readonly root: Root; readonly tree: WindowsTree; readonly done: string[] } {
  const done: string[] = [];
  const root: Root = {
    exitCode: null,
    signalCode: null,
    kill: (signal) => {
      done.push(`kill ${signal}`);
      root.exitCode = 1;
    },
  };
  const tree = new WindowsTree(root, () => {
    done.push('taskkill');
    if (succeeds) root.exitCode = 1;
    return succeeds;
  });
  return { root, tree, done };
}

test('SIGINT is left to the console, anything else ends the tree', () => {
  const { tree, done } = createTree(true);
  tree.signal('SIGINT');
  assert.deepEqual(done, []);
  tree.signal('SIGTERM');
  assert.deepEqual(done, ['taskkill']);
});

test('the id of a process that has ended is not used: it may be another one by now', async () => {
  for (const end of [{ exitCode: 0 }, { signalCode: 'SIGKILL' }]) {
    const { root, tree, done } = createTree(true);
    Object.assign(root, end);
    tree.signal('SIGTERM');
    await tree.kill(() => true);
    assert.deepEqual(done, []);
  }
});

test('without taskkill the command itself is ended', async () => {
  const { root, tree, done } = createTree(false);
  await tree.kill(() => root.exitCode !== null);
  assert.deepEqual(done, ['taskkill', 'kill SIGKILL']);
});
