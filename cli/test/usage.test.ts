import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CALL_MAIN = fileURLToPath(new URL('./call-main.js', import.meta.url));

/** What is typed, and the codes that are told, in order. */
const WRONG: readonly (readonly [string, readonly string[]])[] = [
  ['rnu build', ['usage/unknown-command']],
  ['build', ['usage/unknown-command']],
  ['cache', ['usage/incomplete-command']],
  ['cache --cache-dir=x', ['usage/incomplete-command']],
  ['cache stats', ['usage/unknown-command']],
  ['cache clean', ['usage/unknown-command']],
  ['prune web', ['usage/unsupported-command']],
  ['cache gc extra', ['usage/unexpected-argument']],
  ['--flter=web run build', ['usage/unknown-option']],
  ['run build -x', ['usage/unknown-option']],
  ['run build --filter', ['usage/missing-value']],
  ['run build --filter --only', ['usage/missing-value']],
  ['run build -F', ['usage/missing-value']],
  ['run build --only=maybe', ['usage/invalid-option']],
  ['run build --force=maybe', ['usage/invalid-option']],
  ['run build --graph', ['usage/unsupported-option']],
  ['ls --output=yaml', ['usage/invalid-option']],
  ['run build --flter=web', ['usage/unknown-option']],
  ['cache gc --dry', ['usage/unknown-option']],
  ['run build --concurrency=0', ['usage/invalid-option']],
  ['run build --dry=yaml --env-mode=infer', ['usage/invalid-option', 'usage/invalid-option']],
  ['run build --cache=local:rw --force', ['usage/conflicting-options']],
  ['run build --cache=local:rw --no-cache', ['usage/conflicting-options']],
  ['run build --cwd=no/such/directory', ['usage/not-a-directory']],
  ['--cwd no/such/directory run build', ['usage/not-a-directory']],
  ['run build --cwd=package.json', ['usage/not-a-directory']],
  // Before Node 24 to look there throws.
  ['run build --cwd=package.json/below/a/file', ['usage/not-a-directory']],
  [`run build --cwd=${'long'.repeat(100)}`, ['usage/not-a-directory']],
  ['run build --filter', ['usage/missing-value']],
  ['run build --concurrency --only', ['usage/missing-value']],
  ['run build --cwd', ['usage/missing-value']],
  ['run build --cwd --only', ['usage/missing-value']],
  ['cache gc everything', ['usage/unexpected-argument']],
];

for (const [typed, codes] of WRONG) {
  test(`tr ${typed}: ${codes.join(', ')}, exit code 2, nothing on stdout`, () => {
    const call = spawnSync(process.execPath, [CALL_MAIN, ...typed.split(' ')], { encoding: 'utf8' });
    assert.deepEqual(call.stderr.match(/\busage\/[a-z-]+/g), codes, call.stderr);
    assert.equal(call.status, 2);
    assert.equal(call.stdout, '');
  });
}

test('an option that is meant for the script: where it belongs is said', () => {
  const call = spawnSync(process.execPath, [CALL_MAIN, 'run', 'build', '--check-it'], { encoding: 'utf8' });
  assert.match(call.stderr, /arguments for the command of a task come after `--`/);
});
