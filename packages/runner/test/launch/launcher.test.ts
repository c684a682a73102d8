import {
  compareStrings,
  type ActionKey,
  type Package,
  type PackageManager,
  type PackageName,
  type TaskFingerprint,
  type TaskNode,
} from '@tr/model';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import { createLauncher, type LauncherOptions } from '../../src/launch/launcher.js';
import type { LaunchPlan } from '../../src/ports.js';
import { createProcessSpawner } from '../../src/process.js';
import { createGraph, idOf } from '../fake-ports.js';

const root = mkdtempSync(join(tmpdir(), 'tr-launch-'));
after(() => rmSync(root, { recursive: true, force: true }));
const directory = join(root, 'packages', 'x');
const MANIFEST = {
  name: '@s/x',
  version: '0.0.1',
  config: { port: 80, list: ['p', 'q'], off: false },
  engines: { node: '>=18' },
  bin: { xx: './bin.js' },
  scripts: {
    prebuild: 'echo pre',
    build: `node -e "require('fs').writeFileSync(process.env.OUT, JSON.stringify({env: process.env, args: process.argv.slice(1)}))" --`,
    postbuild: 'echo post',
  },
};
mkdirSync(directory, { recursive: true });
writeFileSync(
  join(root, 'package.json'),
  JSON.stringify({ name: 'root', version: '1.0.0', workspaces: ['packages/*'] }),
);
writeFileSync(join(directory, 'package.json'), JSON.stringify(MANIFEST));

const NPM: PackageManager = { name: 'npm', version: '11.0.0', runsPrePost: true, scriptShell: undefined };

interface Case {
  readonly manager?: PackageManager | undefined;
  readonly args?: readonly string[];
  readonly node?: Partial<TaskNode>;
  readonly owner?: Partial<Package>;
  readonly environment?: Record<string, string>;
  readonly options?: Partial<LauncherOptions>;
}

function plan(given: Case = {}): LaunchPlan {
  const graph = createGraph({ x: { command: MANIFEST.scripts.build } });
  const node = { ...graph.nodes.get(idOf('x')), task: 'build', package: '@s/x', ...given.node } as TaskNode;
  const owner = {
    name: '@s/x' as PackageName,
    directory: 'packages/x',
    hasManifest: true,
    scripts: MANIFEST.scripts,
    ...given.owner,
  } as Package;
  const packageManager = 'manager' in given ? given.manager : NPM;
  const launcher = createLauncher({
    workspace: { root, kind: 'monorepo', packages: new Map([[owner.name, owner]]), packageManager },
    mode: 'direct',
    nodeExecPath: process.execPath,
    facts: {
      nodeVersion: process.version,
      platform: process.platform,
      arch: process.arch,
      environment: { PATH: process.env['PATH'] },
    },
    invocationDirectory: root,
    ...given.options,
  });
  const key = 'a'.repeat(64) as ActionKey;
  const environment = given.environment ?? { PATH: '/usr/bin:/bin' };
  return launcher.plan(node, {
    task: node.id,
    key,
    environment,
    fingerprint: { arguments: given.args ?? [] },
  } as unknown as TaskFingerprint);
}

function commandsOf(given: Case): string[] {
  return plan(given).steps.map((step) => step.command.replace(MANIFEST.scripts.build, 'BUILD'));
}

const withManager = (change: Partial<PackageManager>): Case => ({ manager: { ...NPM, ...change } });

test('pre and post scripts run where the manager runs them, arguments go to the script alone', () => {
  assert.deepEqual(commandsOf({ args: ['a b', "c'd", '-n'] }), ['echo pre', `BUILD 'a b' 'c'\\''d' -n`, 'echo post']);
  assert.deepEqual(commandsOf(withManager({ name: 'berry', runsPrePost: false })), ['BUILD']);
  const mentions = { ...MANIFEST.scripts, build: 'pnpm prebuild && x' };
  assert.deepEqual(
    commandsOf({
      ...withManager({ name: 'pnpm' }),
      owner: { scripts: mentions },
      node: { command: mentions.build },
    }),
    ['pnpm prebuild && x', 'echo post'],
  );
});

test('Windows: arguments are quoted for cmd.exe, or for the shell that script-shell names', () => {
  const facts = { nodeVersion: 'v1', platform: 'win32', arch: 'x64', environment: {} } as const;
  const of = (given: Case) => commandsOf({ args: ['a b'], options: { facts }, ...given })[1];
  assert.equal(of({}), 'BUILD ^"a^ b^"');
  assert.equal(of({ node: { command: './gen.cmd' } }), './gen.cmd ^^^"a^^^ b^^^"');
  assert.equal(of(withManager({ scriptShell: 'bash' })), `BUILD 'a b'`);
});

test('a command from the configuration is started in the package directory, without script variables', () => {
  const { steps, cwd, shell } = plan({
    manager: { ...NPM, scriptShell: '/bin/bash' },
    node: { isScript: false, command: 'make' },
  });
  assert.deepEqual([steps.map((step) => step.command), cwd, shell], [['make'], directory, undefined]);
  const env = steps[0]?.env ?? {};
  assert.ok(env['PATH']?.startsWith(join(directory, 'node_modules', '.bin') + delimiter));
  assert.equal(env['npm_lifecycle_event'], undefined);
});

test('a variable that differs from PATH in case alone is another one', { skip: process.platform === 'win32' }, () => {
  const { steps } = plan({ environment: { Path: 'mine', PATH: '/usr/bin' } });
  assert.equal(steps[0]?.env['Path'], 'mine');
  assert.ok(steps[0]?.env['PATH']?.startsWith(join(directory, 'node_modules', '.bin') + delimiter));
});

test('a package without package.json keeps its PATH', () => {
  const { steps } = plan({ node: { isScript: false, command: 'make' }, owner: { hasManifest: false } });
  assert.equal(steps[0]?.env['PATH'], '/usr/bin:/bin');
});

test('script-shell is honoured for scripts', () => {
  assert.equal(plan(withManager({ scriptShell: '/bin/bash' })).shell, '/bin/bash');
});

test('variables of the task, and of Turborepo', () => {
  const env = plan().steps[1]?.env ?? {};
  assert.equal(env['TURBO_HASH'], 'a'.repeat(16));
  assert.equal(env['TURBO_INVOCATION_DIR'], root);
  assert.equal(env['TR_KEY'], 'a'.repeat(64));
  assert.equal(env['TR_TASK'], idOf('x'));
});

test('Rails starts its code anew, unless somebody asks for its preloader', () => {
  const valueIn = (environment: Record<string, string>) => plan({ environment }).steps[0]?.env['DISABLE_SPRING'];
  assert.equal(valueIn({ PATH: '' }), '1');
  assert.equal(valueIn({ PATH: '', DISABLE_SPRING: '0' }), '0');
});

test('what the script that started us was told is not handed on', () => {
  const environment = {
    PATH: '',
    npm_package_config_old: '1',
    npm_lifecycle_script: 'tr run build',
    npm_config_x: 'y',
  };
  const env = plan({ environment }).steps[1]?.env ?? {};
  assert.equal(env['npm_package_config_old'], undefined);
  assert.equal(env['npm_lifecycle_script'], MANIFEST.scripts.build);
  assert.equal(env['npm_config_x'], 'y');
});

test('what is withheld: set for us, and seen by no command', () => {
  const facts = {
    nodeVersion: 'v1',
    platform: process.platform,
    arch: 'x',
    environment: { PATH: 'p', SECRET: 's', NODE: 'n' },
  };
  assert.deepEqual(plan({ options: { facts } }).findWithheld(), ['SECRET']);
});

test('PATH: npm adds every folder up to the root of the file system, pnpm and Yarn the workspace root', () => {
  const entriesOf = (given: Case) => (plan(given).steps[0]?.env['PATH'] ?? '').split(delimiter);
  const bin = (...parts: string[]) => join(...parts, 'node_modules', '.bin');
  const npm = entriesOf({});
  assert.deepEqual(npm.slice(0, 3), [bin(directory), bin(root, 'packages'), bin(root)]);
  assert.deepEqual(npm.slice(-3), [bin('/'), '/usr/bin', '/bin']);
  for (const name of ['pnpm', 'yarn', 'berry'] as const) {
    assert.deepEqual(entriesOf(withManager({ name })), [bin(directory), bin(root), '/usr/bin', '/bin']);
  }
});

test('user agent: told by the manager that started us, else put together', () => {
  const agentOf = (given: Case) => plan(given).steps[0]?.env['npm_config_user_agent'];
  const node = `node/${process.version} ${process.platform} ${process.arch}`;
  assert.equal(agentOf({}), `npm/11.0.0 ${node} workspaces/true`);
  assert.equal(agentOf(withManager({ name: 'pnpm', version: undefined })), `pnpm/? npm/? ${node}`);
  assert.equal(agentOf(withManager({ name: 'berry', version: '4.1.0' })), `yarn/4.1.0 npm/? ${node}`);
  const told = { npm_config_user_agent: 'npm/10.2.3 told', npm_execpath: '/told/npm-cli.js' };
  const facts = { nodeVersion: 'v1', platform: process.platform, arch: 'x', environment: told };
  assert.equal(agentOf({ options: { facts } }), 'npm/10.2.3 told');
  assert.equal(plan({ options: { facts } }).steps[0]?.env['npm_execpath'], '/told/npm-cli.js');
  assert.equal(
    agentOf({ ...withManager({ name: 'bun', version: '1.2.0' }), options: { facts } })?.startsWith('bun/1.2.0'),
    true,
  );
});

test('npm_execpath on Windows is what the shim starts, which Node can start too', () => {
  const Path = join(root, 'nodejs');
  const facts = { nodeVersion: 'v1', platform: 'win32', arch: 'x64', environment: { Path } } as const;
  const found = () => plan({ options: { facts } }).steps[0]?.env['npm_execpath'];
  const cli = join(Path, 'node_modules', 'npm', 'bin', 'npm-cli.js');
  mkdirSync(join(cli, '..'), { recursive: true });
  writeFileSync(join(Path, 'npm.cmd'), '');
  assert.equal(found(), realpathSync(join(Path, 'npm.cmd')));
  writeFileSync(cli, '');
  assert.equal(found(), realpathSync(cli));
});

test('through the package manager: one command, its own environment', () => {
  const options = { mode: 'package-manager' } as const;
  const of = (name: PackageManager['name'], args: readonly string[] = ['a b']) =>
    commandsOf({ ...withManager({ name }), options, args });
  assert.deepEqual(of('npm'), [`npm run build -- 'a b'`]);
  assert.deepEqual(of('npm', []), ['npm run build']);
  assert.deepEqual(of('pnpm'), [`pnpm run build 'a b'`]);
  assert.deepEqual(of('yarn'), [`yarn run build 'a b'`]);
  assert.deepEqual(of('berry'), [`yarn run build 'a b'`]);
  assert.deepEqual(of('bun'), [`bun run build 'a b'`]);
  assert.equal(plan({ options }).steps[0]?.env['PATH'], '/usr/bin:/bin');
});

test(`Yarn and pnpm with Plug'n'Play start their scripts themselves`, (t) => {
  const file = join(root, '.pnp.cjs');
  writeFileSync(file, '');
  t.after(() => rmSync(file));
  assert.deepEqual(commandsOf(withManager({ name: 'berry', runsPrePost: false })), ['yarn run build']);
  assert.deepEqual(commandsOf(withManager({ name: 'pnpm', runsPrePost: false })), ['pnpm run build']);
  assert.deepEqual(commandsOf(withManager({ name: 'yarn', runsPrePost: false })), ['BUILD']);
});

/** Where we differ from npm: what `docs/launching.md` says we leave out, and what it says we add. */
const LEFT_OUT = /^(npm_config_(?!user_agent)|COLOR$|EDITOR$|OUT$|_$|PWD$|TR_|TURBO_|DISABLE_SPRING$)/;

test('a script sees what it sees under npm', { skip: process.platform === 'win32' }, async () => {
  const args = ['a b', `c'd`, '$HOME', '"', 'back\\slash', '', '*', 'ä', 'new\nline'];
  const base = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
  const byNpm = join(root, 'npm.json');
  const npm = spawnSync('npm', ['run', 'build', '--', ...args], { cwd: directory, env: { ...base, OUT: byNpm } });
  assert.equal(npm.status, 0, String(npm.stderr));

  const byUs = join(root, 'us.json');
  const expected = JSON.parse(readFileSync(byNpm, 'utf8'));
  const version = /^npm\/(\S+)/.exec(expected.env.npm_config_user_agent)?.[1];
  const launch = plan({ ...withManager({ version }), args, environment: { ...base, OUT: byUs } });
  const spawner = createProcessSpawner();
  for (const { command, env } of launch.steps) {
    const { cwd, shell } = launch;
    const { ended } = spawner.spawn({ command, cwd, env, shell, stdin: 'none', onOutput: () => undefined });
    assert.deepEqual(await ended, { kind: 'exited', exitCode: 0, leftBehind: false });
  }
  await spawner.dispose();

  const actual = JSON.parse(readFileSync(byUs, 'utf8'));
  assert.deepEqual(actual.args, expected.args);
  assert.deepEqual(actual.args, args);
  const comparable = (env: Record<string, string>) => {
    const kept = Object.entries(env).filter(
      ([name]) => !LEFT_OUT.test(name) && !['PATH', 'npm_command'].includes(name),
    );
    return Object.fromEntries(kept.sort(([a], [b]) => compareStrings(a, b)));
  };
  assert.deepEqual(comparable(actual.env), comparable(expected.env));
  const binsOf = (env: Record<string, string>) =>
    (env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.includes('node-gyp-bin'));
  assert.deepEqual(binsOf(actual.env), [...new Set(binsOf(expected.env))]);
});
