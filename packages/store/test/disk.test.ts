import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { nodeDisk } from '../src/disk.js';
import { attempt } from '../src/trouble.js';

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

test('two that make the same directories at once both succeed', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tr-disk-'));
  t.after(() => rmSync(root, { recursive: true }));
  const started = new SharedArrayBuffer(4);
  const program = `
    const { workerData } = require('node:worker_threads');
    import(workerData.module).then(({ nodeDisk }) => {
      const started = new Int32Array(workerData.started);
      let failure;
      for (let at = 0; at < 300; at++) {
        Atomics.add(started, 0, 1);
        while (Atomics.load(started, 0) < 2 * (at + 1));
        try {
          nodeDisk.makeDirectory(workerData.root + '/' + at + '/a/b/c/d');
        } catch (error) {
          failure = error;
        }
      }
      // Not earlier: the other one waits for this one.
      if (failure !== undefined) throw failure;
    });`;
  const workerData = { module: new URL('../src/disk.js', import.meta.url).href, started, root };
  const workers = [0, 1].map(() => new Worker(program, { eval: true, workerData }));
  await Promise.all(
    workers.map(
      (worker) => new Promise<void>((resolve, reject) => worker.on('error', reject).on('exit', () => resolve())),
    ),
  );
  assert.ok(existsSync(join(root, '299/a/b/c/d')));
});

test('trouble names the path that the system refused, not the one that was meant to be stored', () => {
  const log = fileURLToPath(import.meta.url);
  const folder = join(log, 'v1');
  const made = attempt(log, () => mkdirSync(folder, { recursive: true }));
  assert.deepEqual(made, { ok: false, failure: { code: 'store/io', path: folder, detail: 'ENOTDIR' } });
  const target = join(log, 'copy');
  const copied = attempt(log, () => copyFileSync(log, target));
  assert.deepEqual(copied, { ok: false, failure: { code: 'store/io', path: target, detail: 'ENOTDIR' } });
});

test('a look says what lstat says', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tr-look-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = (name: string): string => join(directory, name);
  writeFileSync(path('file'), 'hello', { mode: 0o755 });
  linkSync(path('file'), path('hard'));
  symlinkSync('file', path('link'));
  for (const name of ['file', 'hard', 'link', '.']) {
    const found = nodeDisk.lstat(path(name));
    const stats = lstatSync(path(name));
    assert.ok(found !== undefined);
    for (const field of ['size', 'mode', 'ino', 'nlink', 'mtimeMs', 'ctimeMs'] as const)
      assert.equal(found[field], stats[field], `${name}: ${field}`);
    for (const kind of ['isFile', 'isDirectory', 'isSymbolicLink'] as const)
      assert.equal(found[kind](), stats[kind](), `${name}: ${kind}`);
  }
  assert.equal(nodeDisk.lstat(path('none')), undefined);
  assert.equal(nodeDisk.lstat(path('file/none')), undefined);
  assert.throws(() => nodeDisk.lstat(`${path('file')}\0more`), { code: 'ERR_INVALID_ARG_VALUE' });
});
