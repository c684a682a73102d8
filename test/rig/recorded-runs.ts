import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWorkspace, type TestWorkspace } from './workspace.js';

/** Where runs are recorded. */
export const RUNS = '.tr/state/v1/runs';
/** The script of both packages. */
export const BUILD = 'mkdir -p dist && cat src/*.js > dist/out.js && echo "value=$VALUE wild=$WILD_A$WILD_B"';

/** `app` depends on `lib`; both build `dist/out.js` of `src/*.js`. No git. */
export function createTwoPackages(): TestWorkspace {
  return createWorkspace({
    'package.json': { json: { name: 'root', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] } },
    'package-lock.json': {
      json: {
        name: 'root',
        lockfileVersion: 3,
        packages: {
          '': { name: 'root', workspaces: ['packages/*'] },
          'node_modules/lib': { resolved: 'packages/lib', link: true },
          'node_modules/app': { resolved: 'packages/app', link: true },
          'packages/lib': { version: '1.0.0' },
          'packages/app': { version: '1.0.0', dependencies: { lib: '*' } },
        },
      },
    },
    'turbo.json': {
      json: {
        tasks: { build: { dependsOn: ['^build'], outputs: ['dist/**'], env: ['VALUE', 'WILD_*'] } },
      },
    },
    '.gitignore': 'dist\n.tr\n',
    'packages/lib/package.json': { json: { name: 'lib', version: '1.0.0', scripts: { build: BUILD } } },
    'packages/lib/src/one.js': '1;\n',
    'packages/app/package.json': {
      json: { name: 'app', version: '1.0.0', scripts: { build: BUILD }, dependencies: { lib: '*' } },
    },
    'packages/app/src/one.js': '1;\n',
    'packages/app/notes.ignored': 'no\n',
  });
}

/** Names of the recorded runs. */
export const listRuns = (workspace: TestWorkspace): readonly string[] =>
  workspace.exists(RUNS) ? readdirSync(join(workspace.root, RUNS)) : [];

/** What the line of totals says. */
export function outcome({ stdout }: { readonly stdout: string }): string {
  return /Detail: +(.*)/.exec(stdout)?.[1] ?? stdout;
}

/** A call of `tr run build`. */
export interface Call {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Makes the call. */
export const run = (workspace: TestWorkspace, { args = [], env = {} }: Call = {}): ReturnType<TestWorkspace['tr']> =>
  workspace.tr(['run', 'build', ...args], { env });

/** Runs until a run is recorded: files have to be older than the run that is. */
export async function record(workspace: TestWorkspace, call: Call = {}): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    workspace.remove(RUNS);
    assert.equal((await run(workspace, call)).exitCode, 0);
    if (listRuns(workspace).length > 0) return;
    await sleep(20);
  }
  assert.fail('no run was recorded');
}

/** Makes the records say something of their own, so that a repeated run can be told from one that was made. */
export function mark(workspace: TestWorkspace): void {
  for (const name of listRuns(workspace)) {
    const path = join(workspace.root, RUNS, name);
    const text = readFileSync(path, 'latin1');
    assert.match(text, /Packages in scope/);
    writeFileSync(path, text.replaceAll('Packages in scope', 'Packages repeated'), 'latin1');
  }
}

/** Whether it came from a record that was marked. */
export const isRepeated = ({ stdout }: { readonly stdout: string }): boolean => stdout.includes('Packages repeated');
