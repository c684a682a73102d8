/** Commands that compare times, as make, ninja, cargo and `tsc --build` do: what they leave is stored as theirs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { notSavedReason } from '../rig/events.js';
import { BUILD, createSample } from '../rig/samples.js';

const keep = disposeAfterEach();

const OUT = 'packages/lib/dist/out.txt';
const SOURCE = 'packages/lib/src/a.txt';
/** Makes the output where it is older than its source. While it is at it somebody may edit that; then it may fail. */
const MAKE = `mkdir -p dist; [ -e dist/out.txt ] && [ ! src/a.txt -nt dist/out.txt ] && exit 0
text=$(cat src/a.txt); if [ -e edited ]; then sleep 0.05; cat edited > src/a.txt; rm edited; sleep 0.05; fi
echo "$text" > dist/out.txt; if [ -e failing ]; then rm failing; exit 1; fi`;

for (const fails of [false, true]) {
  test(`an output that is younger than an edit it does not know is made again, and not stored for it${fails ? ', after a failure' : ''}`, async () => {
    const gitignore = 'node_modules\ndist\n.tr\nedited\nfailing\n';
    const workspace = keep(createSample({ libBuild: MAKE, files: { '.gitignore': gitignore, [SOURCE]: 'one\n' } }));
    workspace.write({ 'packages/lib/edited': 'two\n', ...(fails && { 'packages/lib/failing': '' }) });
    const first = await workspace.tr(BUILD);
    assert.equal(workspace.read(SOURCE), 'two\n');
    assert.equal(workspace.read(OUT), 'one\n');
    if (fails) assert.equal(first.exitCode, 1);
    else assert.equal(notSavedReason(first, 'lib#build'), 'inputs-changed');
    assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'executed');
    assert.equal(workspace.read(OUT), 'two\n');
    workspace.remove('packages/lib/dist');
    assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'restored');
    assert.equal(workspace.read(OUT), 'two\n');
  });
}
