import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { uniqueDigits } from '../src/index.js';

test('unique digits are hexadecimal, as many as asked for', () => {
  for (const count of [1, 12, 18, 24, 32]) assert.match(uniqueDigits(count), new RegExp(`^[0-9a-f]{${count}}$`));
});

test('no two are the same, in one process or in several', () => {
  const source = new URL('../src/unique-name.js', import.meta.url).href;
  const program = `const { uniqueDigits } = await import(process.argv[1]);
    console.log(Array.from({ length: 1000 }, () => uniqueDigits(18)).join('\\n'));`;
  const runs = Array.from({ length: 4 }, () =>
    spawnSync(process.execPath, ['--input-type=module', '--eval', program, source], { encoding: 'utf8' }).stdout.trim(),
  );
  const names = runs.flatMap((text) => text.split('\n'));
  assert.equal(new Set(names).size, 4000);
});
