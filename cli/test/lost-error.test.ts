import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CALL_MAIN = fileURLToPath(new URL('./call-main.js', import.meta.url));

/** Loses an error as soon as somebody listens for those. */
const LOSE = `setInterval(() => {
  if (process.listenerCount('uncaughtException') > 0) Promise.reject(new Error('lost on the way'));
}, 5).unref();`;

test('an error that nobody waits for is reported as a bug, with the exit code of one', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tr-lost-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const tasks = { wait: { command: 'sleep 5', cache: false } };
  writeFileSync(join(root, 'turbo-like.config.json'), JSON.stringify({ tasks }));
  const preload = `--import=data:text/javascript,${encodeURIComponent(LOSE)}`;
  const run = spawnSync(process.execPath, [preload, CALL_MAIN, 'run', 'wait'], { cwd: root, encoding: 'utf8' });
  assert.equal(run.status, 3, run.stderr);
  assert.match(run.stderr, /an unexpected error; please report this[\s\S]*lost on the way/);
});
