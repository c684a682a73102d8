import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpawnRequest } from '../../src/ports.js';
import { toSpawnCall } from '../../src/process/spawn-call.js';

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
