import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseConfig } from '../src/git/git-config.js';
import { TestRepository } from './rig/repository.js';

const TEXTS: readonly string[] = [
  '[core]\nautocrlf = true\n',
  '[core] eol = lf\n\tignorecase\n',
  '[core]\n# C:\\work\\\nautocrlf = true\n',
  '[core]\na = b ; C:\\\nautocrlf = true\n',
  '[core]\na = b \\\n  c\n',
  '[core]\na = "b\\\n c" # d\n',
  '[core]\na = b\\\\\nc = d\n',
  '[core]\na = " b " \n',
  '[core]\na =   b  c \t\n',
  '[core]\na =\nb = # c\n',
  '[core]\na = "x;y" ; z\n',
  '[core]\r\na = b\r\nc = d\\\r\ne\r\n',
  '[filter "a\\"b\\\\c"]\nclean = a -- %f\n',
  '[Filter.LFS]\nClean = x\n[filter "LFS"]\nCLEAN = y\n',
  '[a]\nx-y = \\t\\n\\"\n[b][c] d = e\n',
  '\uFEFF[core]\na = b',
];

describe("git's configuration is read as git reads it", () => {
  const repository = TestRepository.withGit();
  for (const text of TEXTS)
    it(JSON.stringify(text), () => {
      writeFileSync(repository.path('config.txt'), text);
      const listed = repository.git('config', '--file', 'config.txt', '--list', '-z').split('\0').slice(0, -1);
      const expected = listed.map((entry) => {
        const [name, ...value] = entry.split('\n');
        return [name, value.length === 0 ? 'true' : value.join('\n')];
      });
      assert.deepEqual(parseConfig(text), expected);
    });
});
