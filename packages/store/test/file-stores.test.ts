import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '@tr/hash';
import type { Digest, Manifest } from '@tr/model';
import { createFileBlobStore } from '../src/file/file-blob-store.js';
import { nodeDisk, type Disk } from '../src/index.js';
import { createFolder, diskWith, keyOf, listFiles, manifestOf, putEntry, putText, systemError } from './temp-folder.js';

test('blobs are read-only files named by their digest, in fan-out folders', async (t) => {
  const { directory, blobs, folder } = createFolder(t);
  const { hash } = await putText(blobs, 'hello');
  assert.deepEqual(listFiles(directory), ['v1/.gitignore', `v1/blobs/${hash.slice(0, 2)}/${hash}`, 'v1/format.json']);
  assert.equal(statSync(folder.blobPath(hash)).mode & 0o777, 0o444);
});

test('opening and reading an empty cache writes nothing', async (t) => {
  const { directory, actions, blobs } = createFolder(t);
  await actions.get(keyOf('a'));
  await blobs.readBytes(digestOf(Buffer.from('a')));
  await blobs.findMissing([digestOf(Buffer.from('a'))]);
  assert.deepEqual(readdirSync(directory), []);
});

test('a folder of an unknown version is neither read nor changed', async (t) => {
  const { directory, folder } = createFolder(t);
  mkdirSync(folder.root, { recursive: true });
  writeFileSync(join(folder.root, 'format.json'), '{"format":"tr-cache","version":2}\n');
  const { actions, blobs } = createFolder(t, { directory });
  const results = [
    await actions.get(keyOf('a')),
    await actions.put(manifestOf('a')),
    await actions.listByTask(manifestOf('a').task, 1),
    await blobs.putBytes(Buffer.from('a')),
    await blobs.readBytes(digestOf(Buffer.from('a'))),
    await blobs.findMissing([]),
    await blobs.localFile(digestOf(Buffer.from('a')), false),
  ];
  for (const result of results) assert.ok(!result.ok && result.failure.code === 'store/unknown-version');
  assert.deepEqual(listFiles(directory), ['v1/format.json']);
});

test('a folder whose format file a power cut has left empty, or of zero bytes, is used, and the file written anew', async (t) => {
  for (const torn of ['', '\0'.repeat(36)]) {
    const { directory, folder } = createFolder(t);
    await putEntry(createFolder(t, { directory }), 'a', []);
    const path = join(folder.root, 'format.json');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, torn);
    const { actions, blobs } = createFolder(t, { directory });
    const found = await actions.get(keyOf('a'));
    assert.ok(found.ok && found.value !== undefined);
    assert.equal(readFileSync(path, 'utf8'), torn, 'to read changes nothing');
    assert.ok((await blobs.putBytes(Buffer.from('more'))).ok);
    assert.equal(readFileSync(path, 'utf8'), whole);
  }
});

test('a cache that is emptied while it is open is filled again', async (t) => {
  const subject = createFolder(t);
  await putEntry(subject, 'a', []);
  rmSync(subject.folder.root, { recursive: true });
  await putEntry(subject, 'a', []);
  const found = await subject.actions.get(keyOf('a'));
  assert.ok(found.ok && found.value !== undefined);
  assert.deepEqual(await subject.actions.listByTask(manifestOf('a').task, 1), { ok: true, value: [keyOf('a')] });
});

test('an entry that another process has stored is found, also after others were not', async (t) => {
  const subject = createFolder(t);
  assert.deepEqual(await subject.actions.get(keyOf('a')), { ok: true, value: undefined });
  await putEntry(createFolder(t, { directory: subject.directory }), 'a', []);
  const found = await subject.actions.get(keyOf('a'));
  assert.ok(found.ok && found.value !== undefined);
  assert.deepEqual(await subject.actions.get(keyOf('b')), { ok: true, value: undefined });
});

test('a manifest in which a byte has gone bad is not trusted, whichever byte, and gives way to the next', async (t) => {
  const subject = createFolder(t);
  const changes: Partial<Manifest> = { entries: [{ type: 'symlink', path: 'dist/a', target: 'b' }] };
  await putEntry(subject, 'a', [], changes);
  const path = subject.folder.actionPath(keyOf('a'));
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    writeFileSync(path, damaged);
    const found = await subject.actions.get(keyOf('a'));
    assert.ok(!found.ok && found.failure.code === 'store/corrupt', `byte ${at}`);
    assert.ok(!existsSync(path));
  }
  await putEntry(subject, 'a', [], changes);
  assert.deepEqual(readFileSync(path), whole);
  assert.ok((await subject.actions.get(keyOf('a'))).ok);
});

test('bad bytes are kept in quarantine', async (t) => {
  const { directory, blobs, folder } = createFolder(t);
  const digest = await putText(blobs, 'hello');
  chmodSync(folder.blobPath(digest.hash), 0o644);
  writeFileSync(folder.blobPath(digest.hash), 'jello');
  assert.ok(!(await blobs.readBytes(digest)).ok);
  assert.ok(listFiles(directory).some((file) => file.startsWith(`v1/quarantine/${digest.hash}.`)));
});

test('a use is written down, but not on every hit', async (t) => {
  let now = 1_000_000_000_000;
  const subject = createFolder(t, { now: () => now });
  await putEntry(subject, 'a', []);
  const path = subject.folder.actionPath(keyOf('a'));
  utimesSync(path, now / 1000, now / 1000);
  now += 60 * 60 * 1000;
  await subject.actions.get(keyOf('a'));
  assert.equal(statSync(path).mtimeMs, now - 60 * 60 * 1000);
  now += 23 * 60 * 60 * 1000;
  await subject.actions.get(keyOf('a'));
  assert.equal(statSync(path).mtimeMs, now);
});

test('a local file is given without being read, unless its stat shows that somebody touched it', async (t) => {
  const { blobs, folder, directory } = createFolder(t);
  const digest = await putText(blobs, 'hello');
  const local = await blobs.localFile(digest, false);
  assert.deepEqual(local, { ok: true, value: folder.blobPath(digest.hash) });
  // Touched only: the content is right, and the time is put back.
  utimesSync(folder.blobPath(digest.hash), 1, 1);
  assert.ok((await blobs.localFile(digest, false)).ok);
  assert.notEqual(statSync(folder.blobPath(digest.hash)).mtimeMs, 1000);
  // Written to through a hard link.
  const link = join(directory, 'link');
  linkSync(folder.blobPath(digest.hash), link);
  chmodSync(link, 0o644);
  writeFileSync(link, 'jello');
  const edited = await blobs.localFile(digest, false);
  assert.ok(!edited.ok && edited.failure.code === 'store/corrupt');
  assert.deepEqual(await blobs.findMissing([digest]), { ok: true, value: [digest] });
});

test('a blob that was changed in place is not made good by storing its content again', async (t) => {
  const { blobs, folder, directory } = createFolder(t);
  const digest = await putText(blobs, 'hello');
  const path = folder.blobPath(digest.hash);
  const source = join(directory, 'source');
  writeFileSync(source, 'hello');
  for (const put of [() => blobs.putBytes(Buffer.from('hello')), () => blobs.putFile(source)]) {
    chmodSync(path, 0o644);
    writeFileSync(path, 'jello');
    const stored = await put();
    assert.ok(stored.ok && stored.value.added);
    assert.deepEqual(await blobs.localFile(digest, false), { ok: true, value: path });
    assert.deepEqual(digestOf(nodeDiskRead(path)), digest);
  }
});

test('files of the same size and other content have other times, for tools that compare those', async (t) => {
  const { blobs, folder } = createFolder(t);
  const times = new Set<number>();
  for (const text of ['1.0.0', '1.0.1', '1.1.0', '2.0.0']) {
    const digest = await putText(blobs, text);
    times.add(statSync(folder.blobPath(digest.hash)).mtimeMs);
    times.add(statSync(await localExecutable(digest)).mtimeMs);
  }
  assert.equal(times.size, 4);
  assert.ok([...times].every((time) => time % 1000 === 0 && time >= Date.UTC(2000, 0) && time < Date.UTC(2009, 0)));

  async function localExecutable(digest: Digest): Promise<string> {
    const local = await blobs.localFile(digest, true);
    assert.ok(local.ok && local.value !== undefined);
    return local.value;
  }
});

test('an executable has a file of its own, made again when it was damaged', async (t) => {
  const { blobs, folder } = createFolder(t);
  const digest = await putText(blobs, 'tool');
  const path = folder.blobPath(digest.hash, true);
  for (const damage of [() => undefined, () => (chmodSync(path, 0o755), writeFileSync(path, 'evil'))]) {
    damage();
    assert.deepEqual(await blobs.localFile(digest, true), { ok: true, value: path });
    assert.equal(statSync(path).mode & 0o777, 0o555);
    assert.deepEqual(digestOf(nodeDiskRead(path)), digest);
  }
});

test('a file that was made executable through a link, or no longer so, has its mode again, or is not given', async (t) => {
  const { blobs, folder } = createFolder(t);
  const digest = await putText(blobs, 'tool');
  for (const executable of [false, true]) {
    const path = folder.blobPath(digest.hash, executable);
    const right = executable ? 0o555 : 0o444;
    await blobs.localFile(digest, executable);
    chmodSync(path, right ^ 0o111);
    assert.deepEqual(await blobs.localFile(digest, executable), { ok: true, value: path });
    assert.equal(statSync(path).mode & 0o777, right);
    chmodSync(path, right ^ 0o111);
    const disk = diskWith({ setMode: () => assert.fail(systemError('EPERM')) });
    const refused = createFileBlobStore({ ...folder, disk });
    assert.deepEqual(await refused.localFile(digest, executable), { ok: true, value: undefined });
  }
});

test('the cache directory may vanish at any time', async (t) => {
  const subject = createFolder(t);
  await putEntry(subject, 'a', ['one']);
  rmSync(subject.directory, { recursive: true });
  assert.deepEqual(await subject.actions.get(keyOf('a')), { ok: true, value: undefined });
  await putEntry(subject, 'a', ['one']);
  assert.ok((await subject.actions.get(keyOf('a'))).ok);
  assert.ok(existsSync(join(subject.folder.root, 'format.json')));
});

const TROUBLE: readonly (readonly [string, string])[] = [
  ['ENOSPC', 'store/no-space'],
  ['EDQUOT', 'store/no-space'],
  ['EROFS', 'store/read-only'],
  ['EACCES', 'store/denied'],
  ['EPERM', 'store/denied'],
  ['EIO', 'store/io'],
  ['EMFILE', 'store/io'],
];

for (const [code, expected] of TROUBLE) {
  for (const operation of ['open', 'write', 'rename'] as const) {
    test(`${code} on ${operation} is ${expected}, and leaves no temp file`, async (t) => {
      const { directory } = createFolder(t);
      const failing: Partial<Disk> = {
        [operation]: (...args: readonly unknown[]): never | number => {
          if (operation === 'open' && args[1] === 'read') return nodeDisk.open(String(args[0]), 'read');
          throw systemError(code);
        },
      };
      const { blobs, actions } = createFolder(t, { directory, disk: diskWith(failing) });
      for (const put of [
        await blobs.putBytes(Buffer.from('x')),
        await actions.put(manifestOf('a'), { replace: true }),
      ]) {
        assert.ok(!put.ok);
        assert.equal(put.failure.code, expected);
      }
      assert.deepEqual(
        listFiles(directory).filter((file) => file.includes('/tmp/') || file.includes('/blobs/')),
        [],
      );
    });
  }
}

test('a full store is not the fault of the file that is put into it', async (t) => {
  const { directory } = createFolder(t);
  const source = join(directory, 'source');
  mkdirSync(directory, { recursive: true });
  writeFileSync(source, 'x');
  const disk = diskWith({
    write: () => {
      throw systemError('ENOSPC');
    },
  });
  const { blobs, folder } = createFolder(t, { directory, disk });
  assert.deepEqual(await blobs.putFile(source), { ok: false, failure: { code: 'store/no-space', path: folder.root } });
  const missing = await blobs.putFile(join(directory, 'nothing'));
  assert.ok(!missing.ok && 'path' in missing.failure && missing.failure.path === join(directory, 'nothing'));
});

test('errors that are not of the operating system are bugs, and are thrown', async (t) => {
  const disk = diskWith({
    write: () => {
      throw new TypeError('bug');
    },
  });
  await assert.rejects(createFolder(t, { disk }).blobs.putBytes(Buffer.from('x')), TypeError);
});

test('where hard links cannot be made the first write still wins', async (t) => {
  const disk = diskWith({
    hardLink: () => {
      throw systemError('ENOTSUP');
    },
  });
  const { actions } = createFolder(t, { disk });
  const first = await actions.put({ ...manifestOf('a'), producer: 'first' });
  const second = await actions.put({ ...manifestOf('a'), producer: 'second' });
  assert.ok(first.ok && first.value.outcome === 'stored');
  assert.deepEqual(second, { ok: true, value: { outcome: 'kept', digest: first.value.digest } });
});

function nodeDiskRead(path: string): Buffer {
  const file = nodeDisk.open(path, 'read');
  const buffer = Buffer.alloc(1000);
  const count = nodeDisk.read(file, buffer);
  nodeDisk.close(file);
  return buffer.subarray(0, count);
}
