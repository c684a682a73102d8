import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { isSpecialFile, NotAFileError, readFileText } from '../src/index.js';

describe('the text of a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tr-read-'));
  const at = (name: string): string => join(directory, name);
  after(() => rmSync(directory, { recursive: true }));

  for (const size of [0, 1, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 1_000_000]) {
    it(`is all of ${size} bytes`, () => {
      writeFileSync(at('file'), 'é'.repeat(size / 2).padEnd(size / 2, 'x') + 'x'.repeat(size % 2));
      assert.equal(readFileText(at('file')), readFileSync(at('file'), 'utf8'));
      assert.ok(!isSpecialFile(at('file')));
    });
  }

  it('that says nothing of its size is read too', () => {
    assert.match(readFileText('/proc/self/stat'), /^\d+ \(/);
  });

  it('is not waited for, whatever is there instead', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    symlinkSync('pipe', at('link'));
    symlinkSync('/dev/zero', at('endless'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
    for (const name of ['pipe', 'link', 'endless', 'socket']) {
      assert.throws(() => readFileText(at(name)), NotAFileError, name);
      assert.ok(isSpecialFile(at(name)), name);
    }
    await new Promise((resolve) => server.close(resolve));
  });

  it('of nothing and of a directory is what Node says', () => {
    mkdirSync(at('directory'));
    assert.throws(() => readFileText(at('directory')), { code: 'EISDIR' });
    assert.throws(() => readFileText(at('nothing')), { code: 'ENOENT' });
    assert.ok(!isSpecialFile(at('directory')) && !isSpecialFile(at('nothing')));
  });
});
