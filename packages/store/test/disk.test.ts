import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeDisk } from '../src/disk.js';

test('a directory is made with all above it, again without complaint, also through a link', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tr-disk-'));
  t.after(() => rmSync(root, { recursive: true }));
  nodeDisk.makeDirectory(join(root, 'a/b/c'));
  nodeDisk.makeDirectory(join(root, 'a/b/c'));
  assert.ok(existsSync(join(root, 'a/b/c')));
  symlinkSync(join(root, 'a'), join(root, 'link'));
  nodeDisk.makeDirectory(join(root, 'link'));
  nodeDisk.makeDirectory(join(root, 'link/d'));
  assert.ok(existsSync(join(root, 'a/d')));
});

test('a directory that cannot be made is an error, not a wait', { skip: process.platform !== 'linux' }, (t) => {
  assert.throws(() => nodeDisk.makeDirectory('/proc/nope/deeper'), { code: 'ENOENT' });
  const root = mkdtempSync(join(tmpdir(), 'tr-disk-'));
  t.after(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, 'file'), '');
  assert.throws(() => nodeDisk.makeDirectory(join(root, 'file')), { code: 'EEXIST' });
  assert.throws(() => nodeDisk.makeDirectory(join(root, 'file/below')), { code: 'ENOTDIR' });
});
