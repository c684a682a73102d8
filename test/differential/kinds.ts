import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Random } from '../histories/random.js';
import { writeTree, type Tree } from '../rig/workspace.js';
import { writeCommands } from './commands.js';
import { Scene, type SceneShape } from './scene.js';
import { makeSettings, type RootSettings } from './settings.js';

/** Workspaces made by real package managers; see make-fixtures.mjs there. */
const FIXTURES = fileURLToPath(new URL('../../../packages/lockfile/test/fixtures/', import.meta.url));
const IGNORED = 'dist\ngen\nused\nlint\nlate\nout\nodd\nodder\nmany\nnode_modules\n*.tmp\n';
const CONFIG = 'turbo-like.config.json';

/** What a package begins with, relative to it. */
const SOURCES: Tree = {
  'src/one.txt': 'aaaa\n',
  'src/two.txt': 'bbbb\n',
  'src/skip.txt': 'aaaa\n',
  'src/deep/three.txt': 'cccc\n',
  'src/deep/er/four.txt': 'aaaa\n',
  'README.md': 'aaaa\n',
  '.env': 'FUZZ_DOT=a\n',
};
const SHARED: Tree = {
  'shared/global.txt': 'aaaa\n',
  'shared/a.g': 'aaaa\n',
  'shared/not.g': 'aaaa\n',
  'shared/x/y.txt': 'aaaa\n',
};

/** Every kind of scene. */
export const KINDS = [
  'npm-lock3',
  'npm-lock1',
  'pnpm-10',
  'pnpm-6',
  'yarn-1',
  'berry-4',
  'bun',
  'python',
  'single',
  'below',
  'linked',
  'no-git',
  'submodule',
  'links',
] as const;
export type Kind = (typeof KINDS)[number];

const ROOTS: Partial<Record<Kind, Pick<SceneShape, 'root' | 'top'>>> = {
  below: { root: 'repository/inner/space', top: 'repository' },
  linked: { root: 'linked', top: 'linked' },
  'no-git': { root: 'plain', top: undefined },
};
const FIXTURE_OF: Partial<Record<Kind, string>> = {
  below: 'npm-lock3',
  linked: 'pnpm-10',
  'no-git': 'yarn-1',
  submodule: 'npm-lock3',
  links: 'npm-lock3',
};

/** Makes a scene of a kind on the file system of `directory`; `extra` is added to its configuration. */
export function makeScene(kind: Kind, random: Random, directory: string, extra: RootSettings = { tasks: {} }): Scene {
  const base = Scene.makeBase(directory);
  writeCommands(base);
  const place = ROOTS[kind] ?? { root: 'main', top: 'main' };
  const first = kind === 'linked' ? 'main' : place.root;
  const root = join(base, first);
  mkdirSync(root, { recursive: true });
  const { packages, variants } =
    kind === 'single'
      ? makeSingle(root)
      : kind === 'python'
        ? makePython(root)
        : makeFixture(root, FIXTURE_OF[kind] ?? kind, random);
  const own = makeSettings(random, { git: place.top !== undefined, single: kind === 'single' });
  const settings = {
    ...own,
    ...extra,
    tasks: { ...own.tasks, ...extra.tasks },
    ...(kind === 'python' ? { packages: ['services/*'] } : {}),
  };
  writeFileSync(join(root, CONFIG), `${JSON.stringify(settings, null, 2)}\n`);
  writeTree(root, { '.gitignore': IGNORED, ...SHARED });
  for (const path of packages) writeTree(join(root, path), SOURCES);
  if (kind === 'links') linkPackages(root);
  const scene = new Scene(base, { kind, ...place, packages, variants });
  if (place.top !== undefined) makeRepository(scene, kind, random);
  return scene;
}

interface Made {
  readonly packages: readonly string[];
  readonly variants: SceneShape['variants'];
}

function makeSingle(root: string): Made {
  writeTree(root, {
    'package.json': { json: { name: 'single', version: '1.0.0', scripts: { build: 'act dist git src' } } },
  });
  return { packages: [''], variants: [] };
}

function makePython(root: string): Made {
  writeTree(root, {
    'requirements.txt': 'django==5.0\n',
    'services/x/turbo-like.config.json': '{ "extends": ["//"], "name": "x" }\n',
    'services/x/requirements.txt': 'redis==5.0\n',
    'services/y/turbo-like.config.json': '{ "extends": ["//"], "tasks": { "build": { "dependsOn": ["x#build"] } } }\n',
  });
  const variants = ['django==5.0\n', 'django==5.1\n'].map((text) => ({ 'requirements.txt': text }));
  return { packages: ['services/x', 'services/y'], variants };
}

function makeFixture(root: string, name: string, random: Random): Made {
  const source = join(FIXTURES, name);
  cpSync(source, root, { recursive: true });
  const changes = readdirSync(root).filter((entry) => entry.startsWith('after-'));
  const lockfile = LOCKFILES.find((entry) => existsSync(join(root, entry))) ?? '';
  const texts = [join(source, lockfile), ...changes.map((change) => join(source, change, lockfile))];
  for (const change of changes) rmSync(join(root, change), { recursive: true });
  const left = random.below(3) === 0 ? ['c'] : ['c', 'd'];
  for (const child of left) rmSync(join(root, 'packages', child), { recursive: true });
  const manifest = join(root, 'packages/a/package.json');
  const json = JSON.parse(readFileSync(manifest, 'utf8')) as object;
  writeFileSync(manifest, JSON.stringify({ ...json, scripts: { build: 'act dist find src/one.txt' } }, null, 2));
  const rootManifest = join(root, 'package.json');
  const rootJson = JSON.parse(readFileSync(rootManifest, 'utf8')) as object;
  if (!('packageManager' in rootJson))
    writeFileSync(
      rootManifest,
      JSON.stringify({ ...rootJson, packageManager: MANAGERS[name.split('-')[0] ?? ''] }, null, 2),
    );
  return {
    packages: readdirSync(join(root, 'packages')).map((child) => `packages/${child}`),
    variants: texts.map((path) => ({ [lockfile]: readFileSync(path, 'utf8') })),
  };
}

const LOCKFILES = ['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock'];
const MANAGERS: Readonly<Record<string, string>> = {
  npm: 'npm@10.8.2',
  pnpm: 'pnpm@10.0.0',
  yarn: 'yarn@1.22.22',
  berry: 'yarn@4.5.0',
  bun: 'bun@1.2.0',
};

/** Package `b` lies elsewhere, as do some sources of `a`. */
function linkPackages(root: string): void {
  mkdirSync(join(root, 'elsewhere'));
  renameSync(join(root, 'packages/b'), join(root, 'elsewhere/b'));
  symlinkSync('../elsewhere/b', join(root, 'packages/b'));
  writeTree(root, {
    'elsewhere/more/five.txt': 'aaaa\n',
    'packages/a/src/more': { link: '../../../elsewhere/more' },
    'packages/a/src/six.txt': { link: '../../../elsewhere/more/five.txt' },
    'packages/a/src/deep/up': { link: '..' },
  });
}

function makeRepository(scene: Scene, kind: Kind, random: Random): void {
  const main = new Scene(scene.base, { ...scene.shape, top: kind === 'linked' ? 'main' : scene.shape.top });
  if (kind === 'below') writeTree(join(scene.base, 'repository'), { '.gitignore': '*.bak\n', 'other/x.txt': 'aaaa\n' });
  const isLong = kind !== 'submodule' && random.below(5) === 0;
  main.git('init', '-q', '-b', 'main', ...(isLong ? ['--object-format=sha256'] : []));
  main.git('config', 'gc.auto', '0');
  if (kind === 'submodule') addSubmodules(main);
  main.git('add', '-A');
  main.git('commit', '-q', '-m', 'first');
  if (kind === 'linked') main.git('worktree', 'add', '-q', '-b', 'linked', join(scene.base, 'linked'));
}

/** One is a package, the other lies in the sources of a package and tracks what the outer repository ignores. */
function addSubmodules(main: Scene): void {
  const { base, root } = main;
  const inner = new Scene(base, { ...main.shape, root: 'inner', top: 'inner' });
  mkdirSync(inner.root);
  inner.git('init', '-q', '-b', 'main');
  writeTree(inner.root, { 'v.txt': 'aaaa\n', 'dist/d.txt': 'aaaa\n', 'w.tmp': 'aaaa\n', 'lib/l.txt': 'aaaa\n' });
  inner.git('add', '-A');
  inner.git('commit', '-q', '-m', 'inner');
  main.git('submodule', '--quiet', 'add', inner.root, 'packages/a/src/vendor');
  const packageRoot = join(base, 'inner-package');
  renameSync(join(root, 'packages/b'), packageRoot);
  writeTree(packageRoot, { '.gitignore': IGNORED });
  const second = new Scene(base, { ...main.shape, root: 'inner-package', top: 'inner-package' });
  second.git('init', '-q', '-b', 'main');
  second.git('add', '-A');
  second.git('commit', '-q', '-m', 'inner');
  main.git('submodule', '--quiet', 'add', packageRoot, 'packages/b');
}
