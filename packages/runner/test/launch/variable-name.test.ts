import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findManagerIdentity } from '../../src/launch/manager-identity.js';
import { variableName } from '../../src/launch/variable-name.js';

test('case of a name counts for nothing on Windows, and elsewhere for all', () => {
  assert.equal(variableName({ Path: 'x' }, 'PATH', true), 'Path');
  assert.equal(variableName({ path: 'x' }, 'PATH', true), 'path');
  assert.equal(variableName({ Path: 'x' }, 'PATH', false), 'PATH');
  assert.equal(variableName({ Path: 'x', PATH: 'y' }, 'PATH', true), 'PATH');
  assert.equal(variableName({}, 'PATH', true), 'PATH');
});

const BUN = { name: 'bun', version: undefined, runsPrePost: true, scriptShell: undefined } as const;

test('the file behind a command is found on Windows however PATH is spelt', (t) => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'tr-names-')));
  t.after(() => rmSync(directory, { recursive: true }));
  const program = join(directory, 'bun.exe');
  writeFileSync(program, '');
  chmodSync(program, 0o755);
  const facts = { nodeVersion: process.version, platform: 'win32', arch: 'x64', isMonorepo: true } as const;
  for (const name of ['PATH', 'Path', 'path']) {
    const { execPath } = findManagerIdentity(BUN, { ...facts, environment: { [name]: directory } });
    assert.equal(execPath, program, name);
  }
});
