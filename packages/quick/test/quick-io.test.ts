import assert from 'node:assert/strict';
import fs, { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { quickRead, quickWrite } from '../src/index.js';

function createFile(t: TestContext, content = ''): string {
  const root = mkdtempSync(join(tmpdir(), 'tr-quick-io-'));
  t.after(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, 'file'), content);
  return join(root, 'file');
}

function withOpen<T>(path: string, how: string, use: (file: number) => T): T {
  const file = openSync(path, how);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

test('what is written and read is what writeSync and readSync write and read', (t) => {
  const path = createFile(t);
  const bytes = Buffer.from('one two three');
  withOpen(path, 'w', (file) => {
    assert.equal(quickWrite(file, bytes.subarray(0, 4)), 4);
    assert.equal(quickWrite(file, bytes, 4), 9);
    assert.equal(quickWrite(file, new Uint8Array(0)), 0);
  });
  assert.equal(readFileSync(path, 'utf8'), 'one two three');
  withOpen(path, 'r', (file) => {
    const buffer = Buffer.alloc(20, '.');
    assert.equal(quickRead(file, buffer, { length: 4 }), 4);
    assert.equal(quickRead(file, buffer, { offset: 10, length: 3 }), 3);
    assert.equal(quickRead(file, buffer, { offset: 15, position: 8 }), 5);
    assert.equal(buffer.toString(), 'one ......two..three');
    assert.equal(quickRead(file, buffer, { position: 100 }), 0);
  });
});

test('what fails throws what Node throws', (t) => {
  const path = createFile(t, 'x');
  const codes = (use: () => unknown): unknown => {
    try {
      return use();
    } catch (error) {
      const { code, syscall, message } = error as NodeJS.ErrnoException;
      return { code, syscall, message };
    }
  };
  const bytes = Buffer.from('abc');
  withOpen(path, 'r', (file) => {
    assert.deepEqual(
      codes(() => quickWrite(file, bytes)),
      codes(() => fs.writeSync(file, bytes)),
    );
  });
  withOpen(path, 'w', (file) => {
    assert.deepEqual(
      codes(() => quickRead(file, bytes)),
      codes(() => fs.readSync(file, bytes)),
    );
  });
  for (const file of [-1, 1.5, 2 ** 31, 999_999, Number.NaN]) {
    assert.deepEqual(
      codes(() => quickWrite(file, bytes)),
      codes(() => fs.writeSync(file, bytes, 0, 3)),
    );
    assert.deepEqual(
      codes(() => quickRead(file, bytes)),
      codes(() => fs.readSync(file, bytes, 0, 3, -1)),
    );
  }
  withOpen(path, 'r+', (file) => {
    for (const [offset, length] of [
      [4, 1],
      [-1, 1],
      [0, 4],
      [0.5, 1],
      [0, -1],
    ] as const)
      assert.deepEqual(
        codes(() => quickRead(file, bytes, { offset, length })),
        codes(() => fs.readSync(file, bytes, offset, length, -1)),
      );
    assert.throws(() => quickWrite(file, bytes, 4), { code: 'ERR_OUT_OF_RANGE' });
    assert.throws(() => quickRead(file, bytes, { position: -2 }), { code: 'ERR_OUT_OF_RANGE' });
  });
});

test('a disk that is full says so', { skip: process.platform !== 'linux' && 'there is no /dev/full' }, () => {
  withOpen('/dev/full', 'w', (file) => assert.throws(() => quickWrite(file, Buffer.from('x')), { code: 'ENOSPC' }));
});

test('whoever watches the functions of Node sees every call', (t) => {
  const path = createFile(t, 'x');
  const [write, read] = [fs.writeSync, fs.readSync];
  const seen: string[] = [];
  fs.writeSync = ((...args: Parameters<typeof write>) => {
    seen.push('write');
    return write(...args);
  }) as typeof write;
  fs.readSync = ((...args: Parameters<typeof read>) => {
    seen.push('read');
    return read(...args);
  }) as typeof read;
  syncBuiltinESMExports();
  try {
    withOpen(path, 'r+', (file) => {
      quickRead(file, Buffer.alloc(1));
      quickWrite(file, Buffer.from('y'));
    });
  } finally {
    fs.writeSync = write;
    fs.readSync = read;
    syncBuiltinESMExports();
  }
  assert.deepEqual(seen, ['read', 'write']);
});
