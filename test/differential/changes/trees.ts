import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Random } from '../../histories/random.js';
import { OUTPUT_NAMES } from '../settings.js';
import type { Scene } from '../scene.js';
import { pickSome, type Changes } from './change.js';
import { keepFiles, putFilesBack, setTime } from './kept-files.js';

/** What of a former clone comes into a new one. */
const KEPT = [['.tr/cache'], ['.tr/cache'], ['.tr/cache', '.tr/state'], ['.tr/state'], []] as const;

const otherName = (scene: Scene): string => {
  const [first = ''] = scene.shape.root.split('/');
  return first.endsWith('-2') ? first.slice(0, -2) : `${first}-2`;
};

/** A clone in the place of the work tree, or beside it; undefined where git makes none. */
function cloneAnew(scene: Scene, random: Random): string | undefined {
  const { top, root, shape, outermost } = scene;
  if (top === undefined || shape.kind === 'linked') return undefined;
  const fresh = `${top}.new`;
  const isMade =
    scene.git('clone', '-q', '--recurse-submodules', top, fresh) !== undefined &&
    scene.git('-C', fresh, 'fetch', '-q', '--update-head-ok', 'origin', '+refs/heads/*:refs/heads/*') !== undefined;
  const inside = join(fresh, relative(top, root));
  if (!isMade || !existsSync(inside)) {
    rmSync(fresh, { recursive: true, force: true });
    return undefined;
  }
  const kept = random.pick(KEPT);
  mkdirSync(join(inside, '.tr'), { recursive: true });
  for (const path of kept) if (existsSync(join(root, path))) renameSync(join(root, path), join(inside, path));
  rmSync(top, { recursive: true });
  const isElsewhere = random.below(2) === 0;
  const name = isElsewhere ? otherName(scene) : relative(scene.base, outermost);
  renameSync(fresh, join(scene.base, name));
  scene.noteMove(name);
  return `a fresh clone in ${name}, with ${kept.join(' and ') || 'nothing'} kept`;
}

/** What happens to all of a work tree. */
export const TREE_CHANGES: Changes = {
  clone: (scene, random) => cloneAnew(scene, random),
  cloneOfAll: (scene, random) => {
    scene.git('add', '-A');
    scene.git('commit', '-q', '--allow-empty', '-m', 'state');
    return cloneAnew(scene, random);
  },
  worktreeAnew: (scene) => {
    if (scene.shape.kind !== 'linked') return undefined;
    scene.git('add', '-A');
    scene.git('commit', '-q', '--allow-empty', '-m', 'state');
    const commit = scene.git('rev-parse', 'HEAD')?.trim();
    const main = join(scene.base, 'main');
    if (commit === undefined || scene.top === undefined) return undefined;
    spawnSync('git', ['worktree', 'remove', '--force', scene.top], { cwd: main, env: scene.environment });
    rmSync(scene.top, { recursive: true, force: true });
    const args = ['worktree', 'add', '-q', '-f', '--detach', scene.top, commit];
    const { status, stderr } = spawnSync('git', args, { cwd: main, env: scene.environment, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return 'the linked work tree anew';
  },
  move: (scene, random) => {
    if (scene.shape.kind === 'linked') return undefined;
    const name = otherName(scene);
    const target = join(scene.base, name);
    const how = random.pick([['mv'], ['cp', '-a'], ['cp', '-r']]);
    const [command = '', ...options] = how;
    if (spawnSync(command, [...options, scene.outermost, target]).status !== 0) return undefined;
    rmSync(scene.outermost, { recursive: true, force: true });
    scene.noteMove(name);
    return `${how.join(' ')} the tree to ${name}`;
  },
  touchAll: (scene, random) => {
    const time = random.pick([Date.now(), 1e12, Date.now() + 3_600_000]);
    for (const path of scene.listSources()) setTime(join(scene.root, path), time);
    return `touch all sources (${time})`;
  },
  touchOutputs: (scene, random) => {
    const time = random.pick([Date.now(), 1e12]);
    for (const path of scene.listOutputs()) {
      setTime(join(scene.root, path), time);
      // As if it had been edited by hand: nobody may remove it.
      if (path.includes('/each/')) scene.strangers.add(path);
    }
    return `touch all outputs (${time})`;
  },
  rewriteAll: (scene, random) =>
    `write as they are: ${putFilesBack(scene, keepFiles(scene, scene.listSources()), random)}`,
  chmodAllAndBack: (scene) => {
    for (const path of scene.listSources().map((each) => join(scene.root, each))) {
      const stat = lstatSync(path);
      if (!stat.isFile()) continue;
      chmodSync(path, stat.mode ^ 0o111);
      chmodSync(path, stat.mode);
    }
    return 'chmod all sources, and back';
  },
  removeOutputs: (scene, random) => {
    const name = random.pick([...OUTPUT_NAMES, '']);
    for (const path of scene.listOutputs())
      if (name === '' || path.split('/').includes(name)) rmSync(join(scene.root, path));
    return `remove all files in ${name || 'outputs'}`;
  },
  cleanAll: (scene) => (scene.git('clean', '-q', '-fdx', '-e', '.tr') === undefined ? undefined : 'git clean -fdx'),
  untrackAll: (scene) => (scene.git('rm', '-r', '-q', '--cached', '.') === undefined ? undefined : 'git rm --cached .'),
  outputToDirectory: (scene, random) => {
    const path = pickSome(
      random,
      scene.listOutputs().filter((each) => lstatSync(join(scene.root, each)).isFile()),
    );
    if (path === undefined) return undefined;
    rmSync(join(scene.root, path));
    mkdirSync(join(scene.root, path));
    return `an empty directory in place of the output ${path}`;
  },
};
