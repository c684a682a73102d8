import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sortedUnique } from '@tr/model';
import { COMMAND_NAMES, GLOBAL_FLAGS, isOurCall } from '../src/command-names.js';
import { COMMANDS, createCli } from '../src/command-line.js';

test('the names that make a call ours are the first words of the commands', () => {
  const firstWords = COMMANDS.flatMap(({ paths }) => paths.map(([first]) => first ?? ''));
  assert.deepEqual(sortedUnique(COMMAND_NAMES), sortedUnique(firstWords));
});

test('the registry for one first word has all commands that begin with it, else every command', () => {
  const pathsOf = (first?: string): readonly string[] =>
    createCli(first)
      .definitions()
      .map(({ path }) => path);
  assert.deepEqual(pathsOf('run'), ['tr run']);
  assert.deepEqual(pathsOf('cache'), [
    'tr cache status',
    'tr cache gc',
    'tr cache verify',
    'tr cache export',
    'tr cache import',
  ]);
  assert.equal(pathsOf('nothing').length, COMMANDS.length);
  assert.equal(pathsOf().length, COMMANDS.length);
});

const CALLS: readonly (readonly [string | undefined, boolean])[] = [
  [undefined, true],
  ...[...COMMAND_NAMES, ...GLOBAL_FLAGS].map((name) => [name, true] as const),
  ['--cwd=packages/web', true],
  ['--ui=stream', true],
  // What scripts give to the POSIX tool.
  ['a-z', false],
  ['-d', false],
  ['-cd', false],
  ['[:upper:]', false],
  ['', false],
  ['run=x', false],
  ['Run', false],
  ['--complement', false],
];

for (const [first, ours] of CALLS) {
  test(`a call that begins with ${first ?? 'nothing'} is ${ours ? 'ours' : 'for the POSIX tr'}`, () => {
    assert.equal(isOurCall(first), ours);
  });
}
