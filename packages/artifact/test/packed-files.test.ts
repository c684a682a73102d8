import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { digestOf, sha256 } from '@tr/hash';
import { MAX_PACK_BYTES, PACKED_FILE_BYTES } from '@tr/model';
import { createRig, type Rig } from './rig.js';

const text = (letter: string, length: number): string => letter.repeat(length);

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
    assert.equal(manifest.pack?.size, 'one'.length + 'two'.length + PACKED_FILE_BYTES);
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
    assert.ok(manifest.pack);
    const path = rig.folder.blobPath(manifest.pack.hash);
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

  it('more than fits a pack gets blobs of its own, all of it', async (t) => {
    const rig = createRig(t, { packed: true });
    const count = MAX_PACK_BYTES / PACKED_FILE_BYTES + 1;
    const tree = Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`dist/${at}.js`, String(at).padStart(PACKED_FILE_BYTES, '.')]),
    );
    rig.write(tree);
    const manifest = await rig.save('key');
    assert.equal(manifest.pack, undefined);
    assert.equal(countBlobs(rig), count);
    rig.remove('dist');
    assert.equal((await rig.restore(manifest)).outcome, 'restored');
    assert.equal(Object.keys(rig.read('dist')).length, count);
  });

  it('outputs that are to be links have blobs of their own; packed ones are copied where links are asked for later', async (t) => {
    const loose = createRig(t);
    loose.write({ 'dist/a.js': 'one', 'dist/b.js': 'two' });
    const linked = await loose.save('key');
    assert.equal(linked.pack, undefined);
    assert.equal(countBlobs(loose), 2);

    const rig = createRig(t, { packed: true });
    rig.write({ 'dist/a.js': 'one', 'dist/b.js': 'two' });
    const manifest = await rig.save('key');
    rig.remove('dist');
    assert.equal((await rig.restore(manifest, { linked: true })).outcome, 'restored');
    assert.deepEqual(rig.read('dist'), { 'a.js': 'one', 'b.js': 'two' });
    assert.equal(statSync(join(rig.root, 'web/dist/a.js')).nlink, 1);
    assert.deepEqual(manifest.pack, digestOf(Buffer.from('onetwo')));
  });
});
