/** Rows 28, 29, 36, 42 and 46 of the list of user complaints. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { blobFiles, manifestFiles } from '../rig/cache-files.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { warningsOf } from '../rig/events.js';
import { BUILD, createSample, type SampleOptions } from '../rig/samples.js';
import type { TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

const sample = (options?: SampleOptions): TestWorkspace => keep(createSample(options));

/** Processes whose command line or environment names the workspace. */
function processesOf(root: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) => {
      try {
        return `${readFileSync(`/proc/${pid}/cmdline`, 'latin1')}${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(
          root,
        );
      } catch {
        return false;
      }
    });
}

test('row 28: no process stays behind a run', async () => {
  const workspace = sample({
    libBuild: 'mkdir -p dist && cp src/a.txt dist/ && (sleep 300 &) && (setsid sleep 300 &)',
  });
  const run = await workspace.tr(BUILD);
  assert.equal(run.exitCode, 0);
  assert.deepEqual(processesOf(workspace.root), []);
});

test('row 29: outputs in place are not written again, and a cache among the outputs is named', async () => {
  const workspace = sample({
    build: { outputs: ['.next/**'] },
    libBuild:
      'mkdir -p .next/cache/webpack .next/static && cp src/a.txt .next/static/ && cp src/a.txt .next/cache/webpack/0.pack',
    files: { '.gitignore': 'node_modules\ndist\n.tr\n.next\n' },
  });
  const first = await workspace.tr(BUILD);
  assert.ok(warningsOf(first).includes('store/cache-like-output'), JSON.stringify(warningsOf(first)));
  const file = join(workspace.root, 'packages/lib/.next/static/a.txt');
  const before = statSync(file, { bigint: true });
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'fresh');
  const after = statSync(file, { bigint: true });
  assert.deepEqual([after.ino, after.ctimeNs], [before.ino, before.ctimeNs]);
});

test('row 36: the local cache stays within its bound without being asked', async () => {
  const workspace = sample({
    config: { cache: { maxSize: '1MB' } },
    libBuild: 'mkdir -p dist && cat src/a.txt > dist/out.txt && head -c 300000 /dev/urandom > dist/big',
  });
  for (let version = 0; version < 12; version++) {
    workspace.write({ 'packages/lib/src/a.txt': `version ${version}\n` });
    assert.equal((await workspace.tr([...BUILD, '--filter=lib'])).exitCode, 0);
  }
  const bytes = blobFiles(workspace.root).reduce((sum, file) => sum + statSync(file).size, 0);
  assert.ok(bytes < 2_500_000, `${bytes} bytes are stored under a bound of 1 MB`);
  assert.ok(manifestFiles(workspace.root).length < 12);
  // What is still there is whole.
  assert.equal((await workspace.tr(['cache', 'verify'])).exitCode, 0);
});

test('row 42: a failed task comes last, with the end of its log and where the whole log is', async () => {
  const workspace = sample({
    libBuild: 'echo before; for i in $(seq 1 200); do echo "line $i"; done; echo "the cause" >&2; exit 3',
    config: { tasks: { 'app#build': { outputs: ['dist/**'] } } },
  });
  const run = await workspace.tr(['run', 'build', '--continue', '--output-logs=none']);
  assert.notEqual(run.exitCode, 0);
  const said = (run.stdout + run.stderr).trimEnd();
  const tail = said.slice(-2500);
  assert.match(tail, /lib#build/);
  assert.match(tail, /the cause/);
  const path = /(\/\S+\.log)/.exec(tail)?.[1];
  assert.ok(path !== undefined, tail);
  const log = readFileSync(path, 'utf8');
  assert.match(log, /^before\nline 1\n/);
  assert.match(log, /line 200\n/);
});

test('row 46: processes that race on one entry all end well, and the entry is whole', async () => {
  const workspace = sample();
  // What a run stores must not be half of what another one is writing at the moment: the command truncates its output first.
  for (let round = 0; round < 8; round++) {
    workspace.write({ 'packages/lib/src/a.txt': `round ${round}\n` });
    const runs = await Promise.all(Array.from({ length: 4 }, () => workspace.tr(BUILD)));
    for (const run of runs) assert.equal(run.exitCode, 0, run.stdout + run.stderr);
    assert.equal(workspace.read('packages/lib/dist/out.txt'), `round ${round}\n`);
    workspace.remove('packages/lib/dist');
    const restored = await workspace.tr(BUILD);
    assert.equal(restored.outcomes['lib#build'], 'restored');
    assert.equal(workspace.read('packages/lib/dist/out.txt'), `round ${round}\n`);
  }
  assert.equal((await workspace.tr(['cache', 'verify'])).exitCode, 0);
});
