/** The recipes of docs/installs.md, as they stand there, with the package managers themselves; nothing is downloaded. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkOut } from '../rig/checkout.js';
import { missReasons } from '../rig/events.js';
import { createRoot, createWorkspace, readTree, writeTree, type TestWorkspace, type Tree } from '../rig/workspace.js';

const DOCS = fileURLToPath(new URL('../../../docs/installs.md', import.meta.url));
/** The package exports its manifest, and nothing else. */
const PNPM_MANIFEST = createRequire(import.meta.url).resolve('pnpm');
const { version: PNPM_VERSION } = JSON.parse(readFileSync(PNPM_MANIFEST, 'utf8')) as { readonly version: string };
const INSTALL = ['run', 'install', '--log-format=json'] as const;

/** The configuration below a heading of the page, with more tasks in it. */
function recipe(heading: string, tasks: string): string {
  const [, text] =
    new RegExp(`^## ${heading}\n[^]*?^\`\`\`jsonc\n([^]*?)^\`\`\``, 'm').exec(readFileSync(DOCS, 'utf8')) ?? [];
  assert.ok(text !== undefined, heading);
  assert.ok(text.includes('"tasks": {'), heading);
  return text.replace('"tasks": {', `"tasks": { ${tasks}`);
}

let scratch: string;
let environment: Record<string, string>;

function call(cwd: string, command: string, args: readonly string[]): string {
  const run = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...environment } });
  assert.equal(run.status, 0, `${command} ${args.join(' ')}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

before(() => {
  scratch = mkdtempSync(join(tmpdir(), 'tr-installs-'));
  environment = { HOME: join(scratch, 'home'), PATH: process.env['PATH'] ?? '', CI: '1' };
  mkdirSync(join(scratch, 'home'));
});
after(() => rmSync(scratch, { recursive: true }));

/** Packs a package into `vendor` of the workspace. */
function pack(root: string, name: string, version: string): void {
  const directory = mkdtempSync(join(scratch, 'pack-'));
  writeTree(directory, {
    'package.json': { json: { name, version, bin: { [name]: 'bin/run.js' }, main: 'index.js' } },
    'index.js': `module.exports = '${name} ${version}';\n`,
    'same.txt': 'the same in every version\n',
    'bin/run.js': { script: `#!/usr/bin/env node\nconsole.log(require('..'));\n` },
  });
  mkdirSync(join(root, 'vendor'), { recursive: true });
  call(directory, 'npm', ['pack', '--silent', '--pack-destination', join(root, 'vendor')]);
}

const tarball = (name: string, version: string): string => `file:../../vendor/${name}-${version}.tgz`;

/** Package `a` has a program from outside, `b` has `a`. */
function manifests(tool: string, extra: Record<string, string>, internal: string): Tree {
  return {
    'packages/a/package.json': {
      json: {
        name: '@w/a',
        version: '1.0.0',
        main: 'index.js',
        dependencies: { tool: tarball('tool', tool), ...extra },
        scripts: { check: 'tool' },
      },
    },
    'packages/b/package.json': {
      json: {
        name: '@w/b',
        version: '1.0.0',
        dependencies: { '@w/a': internal },
        scripts: { check: `node -p "require('@w/a')"` },
      },
    },
  };
}

interface Manager {
  readonly name: string;
  readonly lockfile: string;
  readonly internal: string;
  readonly root: Record<string, unknown>;
  readonly files: Tree;
  readonly lock: readonly string[];
  /** What somebody calls by hand. */
  readonly byHand: readonly string[];
}

const MANAGERS: readonly Manager[] = [
  {
    name: 'npm',
    lockfile: 'package-lock.json',
    internal: '1.0.0',
    root: { packageManager: 'npm@11.0.0', workspaces: ['packages/*'] },
    files: {},
    lock: ['install', '--package-lock-only', '--offline', '--silent'],
    byHand: ['install', '--offline', '--silent'],
  },
  {
    name: 'pnpm',
    lockfile: 'pnpm-lock.yaml',
    internal: 'workspace:*',
    root: { packageManager: `pnpm@${PNPM_VERSION}` },
    files: { 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' },
    lock: ['install', '--lockfile-only', '--no-frozen-lockfile', '--offline', '--silent'],
    byHand: ['install', '--offline', '--silent'],
  },
];

for (const manager of MANAGERS) {
  describe(`${manager.name} as a task`, () => {
    let workspace: TestWorkspace;
    const run = (args: readonly string[] = INSTALL, at = workspace, extra: Record<string, string> = {}) =>
      at.tr(args, { env: { ...environment, ...extra } });
    const manage = (args: readonly string[]): string => call(workspace.root, manager.name, args);
    const outcomeOf = async (): Promise<string | undefined> => (await run()).outcomes['//#install'];
    const removeInstalled = (at = workspace): void => {
      for (const path of ['node_modules', 'packages/a/node_modules', 'packages/b/node_modules']) at.remove(path);
    };
    const installed = (at = workspace): Record<string, string> =>
      Object.fromEntries(Object.entries(readTree(at.root)).filter(([path]) => path.includes('node_modules/')));

    before(() => {
      if (manager.name === 'pnpm') {
        const tools = join(scratch, 'tools');
        mkdirSync(tools);
        symlinkSync(join(dirname(PNPM_MANIFEST), 'bin/pnpm.cjs'), join(tools, 'pnpm'));
        environment['PATH'] = `${tools}:${environment['PATH']}`;
      }
      const root = createRoot();
      for (const [name, version] of [
        ['tool', '1.0.0'],
        ['tool', '1.1.0'],
        ['plain', '2.0.0'],
      ] as const)
        pack(root, name, version);
      writeTree(root, {
        'package.json': { json: { name: 'w', private: true, ...manager.root } },
        'packages/a/index.js': `module.exports = 'a with ' + require('tool');\n`,
        '.gitignore': 'node_modules\n.tr\n',
        'turbo-like.config.json': recipe(manager.name, '"check": { "dependsOn": ["//#install"], "inputs": ["*.js"] },'),
        ...manager.files,
        ...manifests('1.0.0', { plain: tarball('plain', '2.0.0') }, manager.internal),
      });
      call(root, manager.name, manager.lock);
      rmSync(join(root, 'node_modules'), { recursive: true, force: true });
      workspace = createWorkspace({}, { root });
    });
    after(() => workspace.dispose());

    test('is executed, fresh, and restored as it was, for the tasks of every package', async () => {
      const first = await run(['run', 'check', '--log-format=json']);
      assert.deepEqual(
        first.outcomes,
        { '//#install': 'executed', '@w/a#check': 'executed', '@w/b#check': 'executed' },
        first.stdout + first.stderr,
      );
      assert.match(first.stdout, /tool 1\.0\.0/);
      assert.match(first.stdout, /a with tool 1\.0\.0/);
      assert.equal(await outcomeOf(), 'fresh');
      const before = installed();
      removeInstalled();
      assert.equal(await outcomeOf(), 'restored');
      const again = installed();
      // pnpm writes down when it has looked at the workspace, for itself.
      delete before['node_modules/.pnpm-workspace-state-v1.json'];
      assert.deepEqual(again, before);
      assert.equal(call(join(workspace.root, 'packages/a'), 'npx', ['--no', 'tool']).trim(), 'tool 1.0.0');
    });

    test('works in a checkout at another place', async () => {
      const other = checkOut(workspace);
      try {
        const shared = { TR_CACHE_DIR: join(workspace.root, '.tr/cache') };
        assert.equal((await run(INSTALL, other, shared)).outcomes['//#install'], 'restored');
        const naming = Object.entries(installed(other)).filter(([, text]) => text.includes(workspace.root));
        assert.deepEqual(
          naming.map(([path]) => path),
          [],
        );
        assert.equal(
          call(join(other.root, 'packages/b'), 'npm', ['run', '--silent', 'check']).trim(),
          'a with tool 1.0.0',
        );
      } finally {
        other.dispose();
      }
    });

    test('a cache in node_modules, and what is said of another task, change nothing', async () => {
      workspace.write({ 'node_modules/.cache/x/y': 'cached' });
      const config = workspace.read('turbo-like.config.json');
      workspace.write({ 'turbo-like.config.json': config.replace('"tasks": {', '"tasks": { "other": {},') });
      assert.equal(await outcomeOf(), 'fresh');
      workspace.write({ 'turbo-like.config.json': config });
    });

    test('a bump names the lockfile, and going back writes only what differs', async () => {
      workspace.write(manifests('1.1.0', {}, manager.internal));
      manage(manager.lock);
      const bumped = await run();
      assert.equal(bumped.outcomes['//#install'], 'executed', bumped.stdout);
      const changed = missReasons(bumped, '//#install').find(({ reason }) => reason === 'inputs-changed');
      assert.ok(JSON.stringify(changed).includes(manager.lockfile), JSON.stringify(changed));
      assert.ok(!Object.keys(installed()).some((path) => path.includes('plain')));
      workspace.commit('bump');
      workspace.git('checkout', '-q', 'HEAD~1');
      assert.equal(await outcomeOf(), 'restored');
      assert.ok(Object.keys(installed()).some((path) => path.endsWith('plain/index.js')));
      assert.equal(call(join(workspace.root, 'packages/a'), 'npx', ['--no', 'tool']).trim(), 'tool 1.0.0');
      workspace.git('checkout', '-q', 'main');
      assert.equal(await outcomeOf(), 'restored');
      assert.ok(!Object.keys(installed()).some((path) => path.includes('plain')));
      assert.equal(call(join(workspace.root, 'packages/a'), 'npx', ['--no', 'tool']).trim(), 'tool 1.1.0');
    });

    test('the manager, called by hand on linked files, leaves the cache alone', async () => {
      removeInstalled();
      assert.equal(await outcomeOf(), 'restored');
      const linked = Object.keys(installed()).filter((path) => lstatSync(join(workspace.root, path)).nlink > 1);
      assert.ok(linked.some((path) => path.endsWith('tool/index.js')));
      manage(manager.byHand);
      assert.match((await run(['cache', 'verify'])).stdout, /all good/);
      removeInstalled();
      assert.equal(await outcomeOf(), 'restored');
    });
  });
}

/** A wheel as pip takes it from a path: nothing is asked of an index. */
const WHEEL = `
import sys, zipfile
version, path = sys.argv[1:]
with zipfile.ZipFile(path, 'w') as z:
    z.writestr('greet/__init__.py', f'def main():\\n    print("greet {version}")\\n')
    z.writestr(f'greet-{version}.dist-info/METADATA', f'Metadata-Version: 2.1\\nName: greet\\nVersion: {version}\\n')
    z.writestr(f'greet-{version}.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    z.writestr(f'greet-{version}.dist-info/entry_points.txt', '[console_scripts]\\ngreet=greet:main\\n')
    z.writestr(f'greet-{version}.dist-info/RECORD', '')
`;

describe('pip as a task', () => {
  let workspace: TestWorkspace;
  const run = (args: readonly string[] = INSTALL, at = workspace, extra: Record<string, string> = {}) =>
    at.tr(args, { env: { ...environment, ...extra } });
  const greet = (): string => call(workspace.root, join(workspace.root, '.venv/bin/greet'), []).trim();
  const requires = (version: string): Tree => ({ 'requirements.txt': `./wheels/greet-${version}-py3-none-any.whl\n` });

  before(() => {
    const root = createRoot();
    mkdirSync(join(root, 'wheels'));
    for (const version of ['1.0.0', '2.0.0'])
      call(root, 'python3', ['-c', WHEEL, version, `wheels/greet-${version}-py3-none-any.whl`]);
    workspace = createWorkspace(
      { ...requires('1.0.0'), '.gitignore': '.venv\n.tr\n', 'turbo-like.config.json': recipe('pip', '') },
      { root },
    );
  });
  after(() => workspace.dispose());

  test('is executed, fresh after use, restored; a version that comes back is the one that runs', async () => {
    const first = await run();
    assert.equal(first.outcomes['//#install'], 'executed', first.stdout);
    assert.equal(greet(), 'greet 1.0.0');
    assert.equal((await run()).outcomes['//#install'], 'fresh');
    workspace.write(requires('2.0.0'));
    assert.equal((await run()).outcomes['//#install'], 'executed');
    assert.equal(greet(), 'greet 2.0.0');
    for (const version of ['1.0.0', '2.0.0']) {
      workspace.write(requires(version));
      assert.equal((await run()).outcomes['//#install'], 'restored');
      assert.equal(greet(), `greet ${version}`);
    }
    workspace.remove('.venv');
    assert.equal((await run()).outcomes['//#install'], 'restored');
    assert.equal(greet(), 'greet 2.0.0');
  });

  test('a checkout at another place makes its own', async () => {
    const other = checkOut(workspace);
    try {
      const shared = { TR_CACHE_DIR: join(workspace.root, '.tr/cache') };
      assert.match((await run(['why', 'install'], other, shared)).stdout, /pwd/);
    } finally {
      other.dispose();
    }
  });
});
