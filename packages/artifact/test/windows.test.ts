import assert from 'node:assert/strict';
import { chmodSync, existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeDisk, type Disk, type FileLook } from '@tr/store';
import { findRealDirectory } from '../src/index.js';
import { findPlaceBelow } from '../src/outputs/place-below.js';
import { createRig } from './rig.js';

for (const [root, path, platform, place] of [
  ['C:\\ws', 'C:\\ws\\web\\dist\\a', 'win32', 'web/dist/a'],
  ['c:\\ws', 'C:/WS/Web', 'win32', 'Web'],
  ['C:\\ws', 'C:\\ws', 'win32', ''],
  ['C:\\ws', 'C:\\ws2\\a', 'win32', undefined],
  ['/ws', '/ws/a\\b', 'linux', 'a\\b'],
  ['/ws', '/WS/a', 'linux', undefined],
  ['/ws', '/ws', 'linux', ''],
] as const) {
  test(`${platform}: ${path} from ${root}`, () => assert.equal(findPlaceBelow(root, path, platform), place));
}

test('a package that is a junction lies where that leads', () => {
  const links: Readonly<Record<string, string>> = {
    'C:\\ws/packages/a': 'c:\\ws\\elsewhere\\a\\',
    'C:\\ws/packages/b': '..\\elsewhere\\b',
    'C:\\ws/packages/out': 'D:\\b',
  };
  const disk: Disk = {
    ...nodeDisk,
    lstat: (path) => ({ isSymbolicLink: () => path in links }) as FileLook,
    readLink: (path) => links[path] ?? '',
  };
  const real = (directory: string) => findRealDirectory(disk, 'C:\\ws', directory, 'win32');
  assert.deepEqual(['packages/a', 'packages/b', 'packages/out'].map(real), [
    'elsewhere/a',
    'elsewhere/b',
    'packages/out',
  ]);
});

for (const [what, tree] of [
  ['a link', { 'dist/a': 'a', 'dist/l': { link: 'a' } }],
  ['a name that Windows does not have', { 'dist/a': 'a', 'dist/a:b': 'b' }],
] as const) {
  test(`${what} is not put in place, nor stored, and nothing is half done`, async (t) => {
    const elsewhere = createRig(t);
    elsewhere.write(tree);
    const manifest = await elsewhere.save('key');
    const rig = createRig(t, { platform: 'win32' });
    const { outcome, reasons } = await rig.restore(manifest, { blobs: elsewhere.blobs }).then((restoration) => ({
      reasons: [],
      ...restoration,
    }));
    assert.equal(outcome, 'miss');
    assert.match(JSON.stringify(reasons), new RegExp(`store-trouble.*web/dist/.* is ${what}`));
    assert.equal(existsSync(join(rig.root, 'web/dist')), false);
    rig.write(tree);
    await assert.rejects(rig.pack(), new RegExp(`unsafe-output.*${what}`));
  });
}

test('an output that somebody has open is what is in the way, not trouble with the cache', async (t) => {
  let isOpen = false;
  const disk: Disk = {
    ...nodeDisk,
    rename: (from, to) => {
      // As Node on Windows says it, whatever the path looked like.
      const dest = to.replaceAll('/', '\\');
      if (isOpen && to.endsWith('dist/a')) throw Object.assign(new Error('rename'), { code: 'EPERM', dest });
      nodeDisk.rename(from, to);
    },
  };
  const rig = createRig(t, { disk, platform: 'win32' });
  rig.write({ 'dist/a': 'a' });
  const manifest = await rig.save('key');
  rig.write({ 'dist/a': 'b' });
  isOpen = true;
  assert.deepEqual(await rig.restore(manifest), {
    outcome: 'miss',
    reasons: [{ reason: 'obstacle', path: 'web/dist/a', detail: 'permission denied' }],
  });
});

test('a file that could be executed elsewhere is right without that', async (t) => {
  const rig = createRig(t, { platform: 'win32' });
  rig.write({ 'dist/run': { run: 'tool' } });
  const manifest = await rig.save('key');
  const file = join(rig.root, 'web/dist/run');
  chmodSync(file, 0o644);
  utimesSync(file, 1, 1);
  assert.deepEqual(await rig.restore(manifest), { outcome: 'fresh' });
});
