/** The program as the README has it installed in another repository: a link to a clone, started by what the package manager makes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { TR_BIN } from '../rig/exec-tr.js';
import { createWorkspace, type TestWorkspace } from '../rig/workspace.js';

const CLI = join(dirname(TR_BIN), '..');
const PNPM_MANIFEST = createRequire(import.meta.url).resolve('pnpm');
const PNPM = join(dirname(PNPM_MANIFEST), 'bin/pnpm.cjs');

const FILES = {
  'turbo.json': { json: { tasks: { build: { dependsOn: ['^build'] } } } },
  'pnpm-workspace.yaml': 'packages: ["packages/*"]\n',
  'packages/a/package.json': { json: { name: 'a', scripts: { build: 'echo built' } } },
  '.gitignore': 'node_modules\n.home\n',
} as const;

function call(workspace: TestWorkspace, command: string, args: readonly string[]): string {
  const { root } = workspace;
  const env = { HOME: join(root, '.home'), PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` };
  const run = spawnSync(command, args, { cwd: root, encoding: 'utf8', env });
  assert.equal(run.status, 0, `${command} ${args.join(' ')}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

for (const [name, install] of [
  ['npm', ['npm', 'install', '--offline', '--no-audit', '--no-fund', '--save-dev', CLI]],
  ['pnpm', [process.execPath, PNPM, 'add', '--offline', '--save-dev', '--workspace-root', CLI]],
] as const) {
  test(`installed with ${name}: taskrun is no tr, and what the program keeps beside itself is no input`, (t) => {
    const manifest = { name: 'root', private: true, workspaces: ['packages/*'] };
    const workspace = createWorkspace({ ...FILES, 'package.json': { json: manifest } });
    t.after(() => workspace.dispose());
    const [command, ...args] = install;
    call(workspace, command, args);
    workspace.commit();
    assert.match(call(workspace, 'taskrun', ['build']), /a:build: cache miss/);
    const code = join(CLI, `bundle/.code-of-another-build-${process.pid}`);
    writeFileSync(code, 'x');
    t.after(() => rmSync(code));
    const again = call(workspace, 'taskrun', ['build', '--log-format=json']);
    assert.match(again, /"type":"task-finished".*"outcome":"fresh"/);
    assert.equal(call(workspace, 'sh', ['-c', 'echo abc | tr a-z A-Z']), 'ABC\n');
  });
}
