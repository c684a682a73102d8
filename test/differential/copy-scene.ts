import {
  copyFileSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { isOutput, Scene } from './scene.js';

/**
 * The same work tree elsewhere, as if it had been copied with its times: without state and without outputs that git does not
 * track. Git's objects are borrowed.
 */
export function copyScene(scene: Scene, directory: string): Scene {
  const base = Scene.makeBase(directory);
  const copy = new Scene(base, scene.shape);
  copy.turns = scene.turns;
  for (const [name, value] of scene.variables) copy.variables.set(name, value);
  const tracked = listTracked(scene);
  const { root } = scene;
  const isLeft = (path: string): boolean =>
    path.startsWith(`${root}/`) && isOutput(relative(root, path)) && !tracked.has(path);
  copyTree(scene.base, base, isLeft);
  repairGitFiles(base, scene.base);
  return copy;
}

/** Absolute paths that git has in its index; those of submodules as well. */
export function listTracked(scene: Scene): ReadonlySet<string> {
  const { top } = scene;
  const listing = scene.git('ls-files', '-z', '--recurse-submodules') ?? scene.git('ls-files', '-z') ?? '';
  if (top === undefined) return new Set();
  return new Set([...listing.split('\0').map((path) => join(top, path)), ...listForgotten(scene)]);
}

/** What a repository tracks that lies in the work tree, whether or not the outer one still knows of it. */
function listForgotten(scene: Scene): readonly string[] {
  return ['packages/a/src/vendor', 'packages/b']
    .map((path) => join(scene.root, path))
    .filter((path) => existsSync(join(path, '.git')))
    .flatMap((path) => (scene.git('-C', path, 'ls-files', '-z') ?? '').split('\0').map((name) => join(path, name)));
}

function copyTree(from: string, to: string, isLeft: (path: string) => boolean): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.name === '.tr') continue;
    if (entry.isDirectory()) {
      mkdirSync(target, { recursive: true });
      if (entry.name === 'objects' && existsSync(join(from, 'HEAD'))) borrowObjects(source, target);
      else copyTree(source, target, isLeft);
    } else if (isLeft(source)) continue;
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.isFile()) {
      copyFileSync(source, target);
      chmodSync(target, lstatSync(source).mode & 0o777);
    }
    if (!entry.isDirectory()) copyTimes(source, target);
  }
}

function copyTimes(source: string, target: string): void {
  const { atimeMs, mtimeMs } = lstatSync(source);
  const set = lstatSync(target).isSymbolicLink() ? lutimesSync : utimesSync;
  set(target, atimeMs / 1000, mtimeMs / 1000);
}

function borrowObjects(source: string, target: string): void {
  mkdirSync(join(target, 'info'), { recursive: true });
  mkdirSync(join(target, 'pack'), { recursive: true });
  writeFileSync(join(target, 'info', 'alternates'), `${source}\n`);
}

/** Linked work trees name each other by absolute paths. */
function repairGitFiles(base: string, old: string): void {
  for (const path of ['linked/.git', 'main/.git/worktrees/linked/gitdir']) {
    const file = join(base, path);
    if (existsSync(file)) writeFileSync(file, readFileSync(file, 'utf8').replaceAll(old, base));
  }
}
