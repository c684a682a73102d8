import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addLinkedPlaces } from '../src/index.js';
import { loadOk } from './support/load.js';
import { pkg, type Tree } from './support/tree.js';

const TREE: Tree = {
  'package.json': { packageManager: 'npm@10.0.0', workspaces: ['apps/*', 'widgets/*', 'linked/*'] },
  'apps/web/package.json': pkg('web'),
  'submodules/a/package.json': pkg('a'),
  'submodules/more/b/package.json': pkg('b'),
  'widgets/a': { link: '../submodules/a' },
  linked: { link: 'submodules/more' },
};

/** [what, files, what they become]. */
const CASES: readonly (readonly [string, readonly string[], string])[] = [
  ['files of plain packages', ['apps/web/x', 'README.md'], 'apps/web/x README.md'],
  ['a file behind a link', ['submodules/a/src/x'], 'submodules/a/src/x widgets/a/src/x'],
  ['a file behind a link to the directory above', ['submodules/more/b/x'], 'linked/b/x submodules/more/b/x'],
  ['a submodule', ['submodules/a'], 'submodules/a widgets/a'],
  ['a submodule around it', ['submodules/more'], 'linked/b submodules/more'],
  ['a name that only begins alike', ['submodules/ab/x'], 'submodules/ab/x'],
  ['the link', ['widgets/a'], 'widgets/a'],
];

describe('addLinkedPlaces', () => {
  for (const [what, files, expected] of CASES) {
    it(what, async () => {
      assert.equal(addLinkedPlaces(await loadOk(TREE), files).join(' '), expected);
    });
  }
});
