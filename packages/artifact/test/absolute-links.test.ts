import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRig } from './rig.js';

test('an absolute link to what lies in the workspace means that place in every work tree', async (t) => {
  const rig = createRig(t);
  const include = ['dist/**', '.output/**'];
  rig.write({
    '.output/public/i.html': 'i',
    dist: { link: join(rig.root, 'web/.output/public') },
    '.output/self': { link: join(rig.root, 'web/.output') },
    '.output/up': { link: join(rig.root, 'shared') },
  });
  const manifest = await rig.save('links', include);
  assert.deepEqual(await rig.restore(manifest, { include }), { outcome: 'fresh' });
  rig.remove('.output/public');
  assert.equal((await rig.restore(manifest, { include })).outcome, 'restored');
  assert.equal(readlinkSync(join(rig.root, 'web/dist')), join(rig.root, 'web/.output/public'), 'a right link stays');
  for (const path of ['dist', '.output']) rig.remove(path);
  assert.equal((await rig.restore(manifest, { include })).outcome, 'restored');
  assert.deepEqual(rig.read(), {
    '.output/public/i.html': 'i',
    '.output/self': { link: '.' },
    '.output/up': { link: '../../shared' },
    dist: { link: '.output/public' },
  });
});

for (const [title, link] of [
  ['out of the workspace', () => '/usr/bin'],
  ['beside the workspace', (root: string) => `${root}-other/x`],
  ['down and up again', (root: string) => `${root}/web/../../x`],
  ['into the folder of git', (root: string) => `${root}/.git/config`],
] as const) {
  test(`an absolute link ${title} is no output that can be stored`, async (t) => {
    const rig = createRig(t);
    rig.write({ 'dist/l': { link: link(rig.root) } });
    await assert.rejects(rig.pack(), /unsafe-output/);
  });
}
