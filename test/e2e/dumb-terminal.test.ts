/** A terminal that cannot move its cursor (Emacs, a serial console): it gets lines, and nothing that takes one back. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { cleanEnvironment, TR_BIN } from '../rig/exec-tr.js';
import { createWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

test('a status line is drawn, but not on a dumb terminal', () => {
  const tasks = { slow: { command: 'sleep 2; echo over', cache: false } };
  const workspace = keep(createWorkspace({ 'turbo-like.config.json': { json: { tasks } } }));
  const show = (TERM: string): string => {
    const call = `'${process.execPath}' '${TR_BIN}' run slow`;
    const run = spawnSync('script', ['-qec', call, '/dev/null'], {
      cwd: workspace.root,
      encoding: 'utf8',
      env: cleanEnvironment({ TERM }),
    });
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.match(run.stdout, /slow: .*over/);
    return run.stdout;
  };
  assert.match(show('xterm'), /\[0\/1\] \d+s · running slow/);
  const dumb = show('dumb');
  assert.doesNotMatch(dumb, /running slow/);
  assert.ok(!dumb.includes('\u001B'), JSON.stringify(dumb));
});
