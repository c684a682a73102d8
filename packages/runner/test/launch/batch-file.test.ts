import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startsBatchFile } from '../../src/launch/batch-file.js';

const FILES = new Set([
  String.raw`C:\ws\a\node_modules\.bin\jest`,
  String.raw`C:\ws\a\node_modules\.bin\jest.CMD`,
  String.raw`C:\ws\a\scripts\gen.bat`,
  String.raw`C:\Program Files\nodejs\node.EXE`,
  String.raw`C:\Program Files\nodejs\npm.CMD`,
  String.raw`C:\ws\a\here.CMD`,
]);
/** Names have no case on Windows. */
const exists = (path: string): boolean => [...FILES].some((file) => file.toLowerCase() === path.toLowerCase());
const places = {
  cwd: String.raw`C:\ws\a`,
  env: { Path: String.raw`C:\ws\a\node_modules\.bin;C:\Program Files\nodejs`, PathExt: '.COM;.EXE;.BAT;.CMD' },
};

for (const [command, expected] of [
  ['jest --coverage', true],
  ['jest.cmd', true],
  ['node test.js', false],
  ['node.exe test.js', false],
  ['npm', true],
  ['"npm" run x', true],
  ['here', true],
  [String.raw`scripts\gen.bat`, true],
  [String.raw`scripts\gen`, true],
  [String.raw`"C:\Program Files\nodejs\npm" run x`, true],
  [String.raw`"C:\Program Files\nodejs\node" x`, false],
  ['echo', false],
  ['gone.cmd x', true],
  ['', false],
] as const) {
  test(`${command}: ${expected ? 'a batch file' : 'none'}`, () => {
    assert.equal(startsBatchFile(command, places, exists), expected);
  });
}

test('the usual extensions count without PATHEXT, and no PATH is none', () => {
  const { cwd } = places;
  assert.equal(startsBatchFile('here', { cwd, env: {} }, exists), true);
});
