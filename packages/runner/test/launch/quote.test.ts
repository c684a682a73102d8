import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { appendArguments, quoteForCmd, quoteForPosix } from '../../src/launch/quote.js';

const NASTY = [
  '',
  'plain',
  'a b',
  "it's",
  '"q"',
  '$HOME',
  '`id`',
  '\\',
  'a\\',
  '*',
  '~',
  '!',
  '#',
  ';',
  '&',
  '|',
  '<',
  '(',
  '\n',
  '\t',
  'é',
  '-n',
  '--x=y',
  '%PATH%',
  '^',
];

test('POSIX: a shell gives back every argument as it was', { skip: process.platform === 'win32' }, () => {
  const command = appendArguments(`printf '%s\\0'`, NASTY, quoteForPosix);
  const run = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  assert.deepEqual(run.stdout.split('\0').slice(0, -1), NASTY);
});

test('no arguments leave a command as it is', () => {
  assert.equal(appendArguments('  echo a ', [], quoteForPosix), '  echo a ');
});

// Expected values by the rules of CommandLineToArgvW and cmd.exe; there is no Windows here to ask.
for (const [argument, quoted] of [
  ['plain', 'plain'],
  ['', '^^^"^^^"'],
  ['a b', '^^^"a^^^ b^^^"'],
  ['%PATH%', '^^^%PATH^^^%'],
  ['a&b', 'a^^^&b'],
  ['say "hi"', String.raw`^^^"say^^^ \^^^"hi\^^^"^^^"`],
  ['a b\\', String.raw`^^^"a^^^ b\\^^^"`],
  ['c:\\dir\\file', 'c:\\dir\\file'],
  [String.raw`\"x`, String.raw`^^^"\\\^^^"x^^^"`],
] as const) {
  test(`cmd.exe, for a batch file: ${JSON.stringify(argument)}`, () => {
    assert.equal(quoteForCmd(argument, true), quoted);
  });
}

for (const [argument, quoted] of [
  ['plain', 'plain'],
  ['', '^"^"'],
  ['a b', '^"a^ b^"'],
  ['%PATH%', '^%PATH^%'],
  ['a&b', 'a^&b'],
  ['say "hi"', String.raw`^"say^ \^"hi\^"^"`],
] as const) {
  test(`cmd.exe, for a program: ${JSON.stringify(argument)}`, () => {
    assert.equal(quoteForCmd(argument, false), quoted);
  });
}
