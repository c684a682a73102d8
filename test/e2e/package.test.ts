/** The package that users install (`npm run package`): what is in it, and that it works where nothing else of this repository is. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startPackageRegistry, type PackageRegistry } from '../rig/package-registry.js';
import { createWorkspace, readTree, type TestWorkspace } from '../rig/workspace.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PNPM = join(dirname(createRequire(import.meta.url).resolve('pnpm')), 'bin/pnpm.cjs');
const exec = promisify(execFile);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

let scratch: string;
let tarball: string;
/** The package, unpacked by `tar`. */
let unpacked: string;
let manifest: Manifest;
let registry: PackageRegistry;

/** Makes the package in a directory of its own; absolute path of the one file there. */
async function pack(directory: string, ...args: readonly string[]): Promise<string> {
  await exec(process.execPath, [join(ROOT, 'scripts/package.mjs'), directory, ...args]);
  const [file = '', ...others] = readdirSync(directory);
  assert.deepEqual(others, []);
  return join(directory, file);
}

async function unpack(file: string, directory: string): Promise<string> {
  mkdirSync(directory);
  await exec('tar', ['-xzf', file, '-C', directory]);
  return join(directory, 'package');
}

const manifestOf = (directory: string): Manifest =>
  JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tr-package-test-'));
  tarball = await pack(join(scratch, 'packed'));
  unpacked = await unpack(tarball, join(scratch, 'unpacked'));
  manifest = manifestOf(unpacked);
  registry = await startPackageRegistry(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
});
after(async () => {
  await registry.close();
  rmSync(scratch, { recursive: true });
});

test('it is called taskrun, and has the same bytes when it is made again', async () => {
  assert.match(tarball, /taskrun-\d+\.\d+\.\d+\.tgz$/);
  assert.ok(readFileSync(tarball).equals(readFileSync(await pack(join(scratch, 'again')))));
});

test('a team may give it another name', async () => {
  const file = await pack(join(scratch, 'named'), '--name', '@team/taskrun');
  const { name, ...others } = manifestOf(await unpack(file, join(scratch, 'unpacked-named')));
  assert.equal(name, '@team/taskrun');
  assert.deepEqual({ ...others, name: 'taskrun' }, manifest);
});

test('nothing in it names a place of this machine, needs a package of this repository, or is for us alone', () => {
  const files = readTree(unpacked);
  for (const [path, text] of Object.entries(files)) {
    assert.ok(!text.includes(ROOT), path);
    assert.doesNotMatch(text, /\b(?:require|import)\(["']@tr\//, path);
    assert.doesNotMatch(text, /sourceMappingURL/, path);
    assert.doesNotMatch(path, /(?:^|\/)(?:tests?|node_modules|src)\/|\.(?:map|ts)$/);
  }
  assert.ok(statSync(tarball).size < 2.5e6, `${statSync(tarball).size} bytes`);
  for (const [name, path] of Object.entries(manifest.bin)) assert.match(files[path] ?? '', /^x:#!/, name);
  for (const name of ['taskrun', 'tr', 'tr-cache-server']) assert.ok(name in manifest.bin, name);
});

test('what its documents link to is in it, and so are the licenses of what is bundled', () => {
  const files = readTree(unpacked);
  const pages = Object.keys(files).filter((path) => path.endsWith('.md'));
  assert.ok(pages.includes('README.md') && pages.includes('docs/setup.md') && 'LICENSE' in files);
  for (const page of pages)
    for (const [, target = ''] of files[page]?.matchAll(/\]\((?!https?:|#)([^)#]+)/g) ?? [])
      // The examples are for whoever has a clone.
      if (!target.includes('../examples/'))
        assert.ok(existsSync(join(unpacked, dirname(page), target)), `${page}: ${target}`);
  for (const library of ['clipanion', 'fastify', '@aws-sdk/client-s3', 'mysql2', 'pg'])
    assert.match(files['THIRD-PARTY-LICENSES.txt'] ?? '', new RegExp(`^${library} \\d`, 'm'));
});

function createTeamWorkspace(t: TestContext): TestWorkspace {
  const workspace = createWorkspace({
    'package.json': { json: { name: 'root', private: true, workspaces: ['packages/*'] } },
    'pnpm-workspace.yaml': 'packages: ["packages/*"]\n',
    'turbo.json': { json: { tasks: { build: { outputs: ['out'] } } } },
    'packages/a/package.json': { json: { name: 'a', scripts: { build: 'echo abc | tr a-z A-Z > out' } } },
    '.gitignore': 'node_modules\n.home\nout\n',
  });
  t.after(() => workspace.dispose());
  return workspace;
}

/** Of a developer's machine nothing but PATH, before which npm and others put the programs of the workspace. */
function environmentOf({ root }: TestWorkspace): Record<string, string> {
  return {
    HOME: join(root, '.home'),
    PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    npm_config_registry: registry.url,
  };
}

type Call = (command: string, ...args: readonly string[]) => Promise<string>;

function caller(workspace: TestWorkspace, extra: Readonly<Record<string, string>> = {}): Call {
  const env = { ...environmentOf(workspace), ...extra };
  return async (command, ...args) => (await exec(command, args, { cwd: workspace.root, env })).stdout;
}

const outcomeIn = (events: string): string | undefined => /"type":"task-finished".*"outcome":"(\w+)"/.exec(events)?.[1];

for (const [name, install] of [
  ['npm', ['npm', 'install', '--no-audit', '--no-fund', '--save-dev']],
  ['pnpm', [process.execPath, PNPM, 'add', '--save-dev', '--workspace-root']],
] as const) {
  test(`installed with ${name}: a task is executed, is fresh, is restored; \`tr\` is the POSIX one too`, async (t) => {
    const workspace = createTeamWorkspace(t);
    const call = caller(workspace);
    const [command, ...args] = install;
    await call(command, ...args, tarball);
    workspace.commit();
    assert.ok(!existsSync(join(workspace.root, 'node_modules/@tr')));
    for (const program of Object.keys(manifest.bin))
      if (program !== 'tr') assert.equal(await call(program, '--version'), `${manifest.version}\n`);
    assert.equal(outcomeIn(await call('taskrun', 'build', '--log-format=json')), 'executed');
    assert.equal(workspace.read('packages/a/out'), 'ABC\n');
    assert.equal(outcomeIn(await call('tr', 'run', 'build', '--log-format=json')), 'fresh');
    workspace.remove('packages/a/out');
    assert.equal(outcomeIn(await call('taskrun', 'build', '--log-format=json')), 'restored');
    // What it keeps beside itself is no change of an input.
    const own = join(workspace.root, 'node_modules/taskrun/bundle');
    assert.ok(readdirSync(own).some((file) => file.startsWith('.code-')));
    assert.equal(await call('sh', '-c', 'echo abc | tr a-z A-Z'), 'ABC\n');
  });
}

interface Server {
  readonly env: Readonly<Record<string, string>>;
  end(): Promise<number | null>;
}

/** Starts a program of the workspace that serves on a free port. */
async function serve(workspace: TestWorkspace, command: string, args: readonly string[]): Promise<Server> {
  const token = 'a-token-of-the-package-tests-0123';
  const child = spawn(command, [...args, '--port', '0', '--dir', join(workspace.root, '.home/store')], {
    cwd: workspace.root,
    env: { ...environmentOf(workspace), TR_CACHE_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => reject(new Error(said)));
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const found = /Listening on (http:\S+)\n/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    env: { TR_REMOTE_URL: url, TR_TOKEN: token },
    end: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

test('installed, it serves what another checkout restores', async (t) => {
  const workspace = createTeamWorkspace(t);
  await caller(workspace)('npm', 'install', '--no-audit', '--no-fund', '--save-dev', tarball);
  workspace.commit();
  for (const [command, ...args] of [
    ['taskrun', 'serve', '--workers', '2'],
    ['tr-cache-server', '--workers', '1'],
  ] as const) {
    const server = await serve(workspace, command, args);
    try {
      const call = caller(workspace, server.env);
      workspace.remove('.tr');
      workspace.remove('packages/a/out');
      const first = command === 'taskrun' ? 'executed' : 'restored';
      assert.equal(outcomeIn(await call('taskrun', 'build', '--log-format=json')), first);
      workspace.remove('.tr');
      workspace.remove('packages/a/out');
      const events = await call('taskrun', 'build', '--log-format=json');
      assert.equal(outcomeIn(events), 'restored', events);
      assert.match(events, /"type":"cache-hit".*"tier":"remote"/);
      assert.doesNotMatch(events, /"type":"warning"/);
    } finally {
      assert.equal(await server.end(), 0);
    }
  }
});

test('unpacked without a package manager, it runs tasks', async (t) => {
  const workspace = createTeamWorkspace(t);
  const call = caller(workspace);
  const program = join(unpacked, manifest.bin['taskrun'] ?? '');
  assert.equal(outcomeIn(await call(process.execPath, program, 'build', '--log-format=json')), 'executed');
  assert.equal(outcomeIn(await call(process.execPath, program, 'build', '--log-format=json')), 'fresh');
});

test('the lines of its container file, followed without a container, start the server', async (t) => {
  const workspace = createTeamWorkspace(t);
  const text = readFileSync(join(unpacked, 'deploy/Containerfile'), 'utf8');
  const here = (path: string): string => path.replace(/^\/(?=app|package)/, `${workspace.root}/image-`);
  const [, pattern = '', directory = ''] = /^COPY (\S+) (\/package\/)$/m.exec(text) ?? [];
  assert.equal(pattern, '*.tgz');
  mkdirSync(here(directory));
  copyFileSync(tarball, join(here(directory), basename(tarball)));
  const install = /^RUN (npm install .*)$/m.exec(text)?.[1] ?? assert.fail('no installation');
  await caller(workspace)('sh', '-c', install.split(' ').map(here).join(' '));
  const [command = '', ...args] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? '') as string[];
  const [sub = ''] = JSON.parse(/^CMD (.*)$/m.exec(text)?.[1] ?? '') as string[];
  const server = await serve(workspace, command, [...args.map(here), sub]);
  assert.equal((await fetch(`${server.env['TR_REMOTE_URL']}/healthz`)).status, 200);
  assert.equal(await server.end(), 0);
});
