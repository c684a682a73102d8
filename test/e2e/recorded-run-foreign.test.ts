/** Records of runs that no run has written here: from a checkout, an archive, or somebody who wants to be believed. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTwoPackages, isRepeated, listRuns, mark, outcome, record, run, RUNS } from '../rig/recorded-runs.js';

function writeEmpty(path: string): string {
  writeFileSync(path, '');
  return path;
}

describe('a record that did not come from a run here is not believed', () => {
  const workspace = createTwoPackages();
  after(() => workspace.dispose());
  const path = (): string => join(workspace.root, RUNS, listRuns(workspace)[0] ?? '');

  const made = async (change: (path: string) => void): Promise<void> => {
    await record(workspace);
    mark(workspace);
    change(path());
    const result = await run(workspace);
    assert.equal(isRepeated(result), false);
    assert.equal(outcome(result), '2 fresh');
  };

  test('the same bytes in another file, as git or an archive would put them there', () =>
    made((file) => {
      const bytes = readFileSync(file);
      // Kept, so that the copy gets another inode.
      renameSync(file, join(workspace.root, 'elsewhere'));
      writeFileSync(file, bytes);
    }));

  test('one that claims to have looked at nothing', () =>
    made((file) => {
      const bytes = readFileSync(file);
      const header = JSON.parse(bytes.toString('utf8', 0, bytes.indexOf('\n'))) as object;
      const forged = { ...header, counts: [0, 0, 0], pathBytes: 0, resolved: [], output: ['Packages repeated', ''] };
      renameSync(file, join(workspace.root, 'elsewhere'));
      writeFileSync(file, `${JSON.stringify(forged)}\n`.repeat(2));
    }));

  test('a link, a pipe, a directory', async () => {
    await made((file) => {
      renameSync(file, join(workspace.root, 'elsewhere'));
      symlinkSync('../../../../elsewhere', file);
    });
    await made((file) => {
      workspace.remove(`${RUNS}/${basename(file)}`);
      execFileSync('mkfifo', [file]);
    });
    await made((file) => {
      workspace.remove(`${RUNS}/${basename(file)}`);
      mkdirSync(file);
    });
  });

  test('and what else lies where records are, or where a link leads, stays', async () => {
    await record(workspace);
    workspace.remove(RUNS);
    mkdirSync(join(workspace.root, 'mine'));
    truncateSync(writeEmpty(join(workspace.root, 'mine/large')), 40 << 20);
    symlinkSync('../../../mine', join(workspace.root, RUNS));
    utimesSync(join(workspace.root, 'mine/large'), 1, 1);
    for (let tries = 0; tries < 50 && readdirSync(join(workspace.root, 'mine')).length < 2; tries++) {
      await run(workspace);
      await sleep(20);
    }
    assert.deepEqual(readdirSync(join(workspace.root, 'mine')).sort().slice(1), ['large']);
  });
});
