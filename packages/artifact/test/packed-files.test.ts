import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { digestOf, sha256 } from '@tr/hash';
import { PACKED_FILE_BYTES } from '@tr/model';
import type { BlobStore } from '@tr/store';
import { createRig, type Rig } from './rig.js';

const text = (letter: string, length: number): string => letter.repeat(length);

const FILE_BYTES = 10_000;

/** Files that differ, in the order of their names. */
function manyFiles(count: number): Record<string, string> {
  const names = Array.from({ length: count }, (_, at) => String(at).padStart(3, '0'));
  return Object.fromEntries(names.map((name) => [`dist/${name}.js`, name.padStart(FILE_BYTES, '.')]));
}

function countBlobs(rig: Rig): number {
  const blobs = join(rig.folder.root, 'blobs');
  return readdirSync(blobs).reduce((sum, name) => sum + readdirSync(join(blobs, name)).length, 0);
}

describe('small files lie in one blob of their entry', () => {
  it('and come back from it, with large ones beside them, empty ones, twins and modes', async (t) => {
    const rig = createRig(t, { packed: true });
    const tree = {
      'dist/a.js': 'one',
      'dist/b/c.js': 'two',
      'dist/b/twin.js': 'one',
      'dist/empty': '',
      'dist/large.js': text('L', PACKED_FILE_BYTES + 1),
      'dist/limit.js': text('l', PACKED_FILE_BYTES),
    };
    rig.write(tree);
    const { mode } = statSync(join(rig.root, 'web/dist/a.js'));
    chmodSync(join(rig.root, 'web/dist/b/twin.js'), mode | 0o111);
    const manifest = await rig.save('key');
    assert.deepEqual(
      manifest.packs?.map(({ size }) => size),
      ['one'.length + 'two'.length + PACKED_FILE_BYTES],
    );
    assert.equal(countBlobs(rig), 2, 'the pack and the large file');
    const before = rig.read('dist');
    rig.remove('dist');
    assert.deepEqual(await rig.restore(manifest), {
      outcome: 'restored',
      files: 6,
      bytes: 9 + PACKED_FILE_BYTES * 2 + 1,
    });
    assert.deepEqual(rig.read('dist'), before);
    assert.notEqual(statSync(join(rig.root, 'web/dist/b/twin.js')).mode & 0o111, 0);
    assert.equal(statSync(join(rig.root, 'web/dist/a.js')).mode & 0o111, 0);
  });

  it("results of files of all sizes that are restored at once do not get each other's bytes", async (t) => {
    const rig = createRig(t, { packed: true });
    // Small, larger than the file before it, smaller than that, and so large that it is read in pieces.
    const sizes = [100, 20_000, 300_000, 50, 290_000, 4_500_000, 30_000];
    const treeOf = (place: string, letters: string) =>
      Object.fromEntries(sizes.map((size, at) => [`${place}/${at}.js`, text(letters[at] ?? '', size)]));
    rig.write({ ...treeOf('one', 'abcdefg'), ...treeOf('two', 'hijklmn') });
    const one = await rig.save('one', ['one/**']);
    const two = await rig.save('two', ['two/**']);
    const digests = () => Object.entries(rig.read()).map(([path, content]) => [path, sha256(JSON.stringify(content))]);
    const before = digests();
    rig.remove('one');
    rig.remove('two');
    const restored = await Promise.all([
      rig.restore(one, { include: ['one/**'] }),
      rig.restore(two, { include: ['two/**'] }),
    ]);
    assert.deepEqual(
      restored.map(({ outcome }) => outcome),
      ['restored', 'restored'],
    );
    assert.deepEqual(digests(), before);
  });

  it('a single one that changed on disk is put right alone', async (t) => {
    const rig = createRig(t, { packed: true });
    rig.write({ 'dist/a.js': 'one', 'dist/b.js': 'two' });
    const manifest = await rig.save('key');
    writeFileSync(join(rig.root, 'web/dist/b.js'), 'edited');
    assert.deepEqual(await rig.restore(manifest), { outcome: 'restored', files: 1, bytes: 3 });
    assert.deepEqual(rig.read('dist'), { 'a.js': 'one', 'b.js': 'two' });
  });

  it('a flipped bit in the pack is a miss that changes nothing, and sets the pack aside', async (t) => {
    const rig = createRig(t, { packed: true });
    rig.write({ 'dist/a.js': 'one', 'dist/b.js': 'two' });
    const manifest = await rig.save('key');
    const [pack] = manifest.packs ?? [];
    assert.ok(pack);
    const path = rig.folder.blobPath(pack.hash);
    chmodSync(path, 0o644);
    writeFileSync(path, 'onetwa');
    rig.remove('dist/a.js');
    const restoration = await rig.restore(manifest);
    assert.equal(restoration.outcome, 'miss');
    assert.deepEqual(restoration.outcome === 'miss' && restoration.reasons[0]?.reason, 'integrity');
    assert.deepEqual(rig.read('dist'), { 'b.js': 'two' });
    assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
    const again = await rig.restore(manifest);
    assert.equal(again.outcome === 'miss' && again.reasons[0]?.reason, 'blob-missing');
  });

  it('more than fits one lie in several, equal ones once, and come back', async (t) => {
    const rig = createRig(t, { packed: true });
    rig.write({ ...manyFiles(600), 'dist/000a.js': manyFiles(600)['dist/599.js'] ?? '' });
    const manifest = await rig.save('key');
    const packs = manifest.packs ?? [];
    assert.equal(countBlobs(rig), packs.length);
    assert.ok(packs.length > 3, String(packs.length));
    assert.equal(
      packs.reduce((sum, { size }) => sum + size, 0),
      600 * FILE_BYTES,
    );
    assert.ok(packs.every(({ size }) => size <= 1024 * 1024));
    const before = rig.read('dist');
    rig.remove('dist');
    assert.equal((await rig.restore(manifest)).outcome, 'restored');
    assert.deepEqual(rig.read('dist'), before);
  });

  it('are read once each, wherever equal files lie', async (t) => {
    const rig = createRig(t, { packed: true });
    const files = manyFiles(600);
    // Like a copy of a license in every folder: each of these lies in the pack of the first file with its content.
    for (let at = 0; at < 600; at += 5) {
      const number = (at * 7) % 600;
      files[`dist/${String(at).padStart(3, '0')}.twin`] = files[`dist/${String(number).padStart(3, '0')}.js`] ?? '';
    }
    rig.write({ ...files, 'dist/large': text('l', 20_000), 'dist/link': { link: '000.js' }, 'dist/empty': null });
    const manifest = await rig.save('key');
    const before = rig.read('dist');
    rig.remove('dist');
    const reads: string[] = [];
    const blobs: BlobStore = {
      ...rig.blobs,
      readBytes: async (digest, buffer) => {
        reads.push(digest.hash);
        return await rig.blobs.readBytes(digest, buffer);
      },
    };
    assert.equal((await rig.restore(manifest, { blobs })).outcome, 'restored');
    assert.deepEqual(rig.read('dist'), before);
    assert.deepEqual(
      reads.filter((hash) => manifest.packs?.some((pack) => pack.hash === hash)),
      manifest.packs?.map(({ hash }) => hash),
    );
  });

  it('a file that changes, comes or goes leaves most packs as they are', async (t) => {
    const rig = createRig(t, { packed: true });
    rig.write(manyFiles(600));
    const before = new Set((await rig.save('before')).packs?.map(({ hash }) => hash));
    rig.write({ 'dist/100.js': text('x', 3000), 'dist/200a.js': text('y', 2000) });
    rig.remove('dist/400.js');
    const after = (await rig.save('after')).packs ?? [];
    const changed = after.filter(({ hash }) => !before.has(hash));
    assert.ok(changed.length > 0 && changed.length <= 6, `${changed.length} of ${after.length} packs`);
  });

  it('outputs that are to be links have blobs of their own; packed ones are copied where links are asked for later', async (t) => {
    const loose = createRig(t);
    loose.write({ 'dist/a.js': 'one', 'dist/b.js': 'two' });
    const linked = await loose.save('key');
    assert.equal(linked.packs, undefined);
    assert.equal(countBlobs(loose), 2);

    const rig = createRig(t, { packed: true });
    rig.write({ 'dist/a.js': 'one', 'dist/b.js': 'two' });
    const manifest = await rig.save('key');
    rig.remove('dist');
    assert.equal((await rig.restore(manifest, { linked: true })).outcome, 'restored');
    assert.deepEqual(rig.read('dist'), { 'a.js': 'one', 'b.js': 'two' });
    assert.equal(statSync(join(rig.root, 'web/dist/a.js')).nlink, 1);
    assert.deepEqual(manifest.packs, [digestOf(Buffer.from('onetwo'))]);
  });
});
