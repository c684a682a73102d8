import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const CALL_MAIN = fileURLToPath(new URL('./call-main.js', import.meta.url));

function createWorkspace(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'tr-cli-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, 'package.json'), '{"name":"w","scripts":{"build":"exit 0"}}');
  writeFileSync(join(root, 'turbo-like.config.json'), '{"tasks":{"build":{}}}');
  return root;
}

function call(root: string, args: readonly string[], path = process.env['PATH']): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, [CALL_MAIN, '--cwd', root, ...args], { env: { PATH: path }, encoding: 'utf8' });
}

function assertRefused({ status, stderr }: ReturnType<typeof spawnSync>, code: string): void {
  assert.match(String(stderr), new RegExp(`\\b${code}\\b`));
  assert.equal(status, 2);
}

/** A `git` that answers like the real one up to the call that is to fail. */
function createGit(root: string, script: string): string {
  const bin = join(root, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'git'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'git'), 0o755);
  return bin;
}

test('without a task: what there is', (t) => {
  const refused = call(createWorkspace(t), ['run']);
  assertRefused(refused, 'usage/missing-task');
  assert.match(String(refused.stderr), /`build`/);
});

test('--affected outside a repository', (t) => {
  assertRefused(call(createWorkspace(t), ['run', 'build', '--affected']), 'workspace/no-git');
});

test('--affected where no git can be started', (t) => {
  const root = createWorkspace(t);
  spawnSync('git', ['init', '-q', root]);
  assertRefused(call(root, ['run', 'build', '--affected'], join(root, 'nothing')), 'workspace/git-unavailable');
});

test('--affected when git fails', { skip: process.platform === 'win32' }, (t) => {
  const root = createWorkspace(t);
  spawnSync('git', ['init', '-q', root]);
  const id = 'a'.repeat(40);
  const bin = createGit(
    root,
    `case "$*" in *rev-parse*|*merge-base*) echo ${id};; *) echo broken >&2; exit 128;; esac`,
  );
  const refused = call(root, ['run', 'build', '--affected'], bin);
  assertRefused(refused, 'workspace/git-failed');
  assert.match(String(refused.stderr), /broken/);
});
