import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeDisk, type Disk, type FileLook } from '@tr/store';
import { findRealDirectory } from '../src/index.js';
import { findPlaceBelow } from '../src/outputs/place-below.js';

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
