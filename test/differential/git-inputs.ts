import { spawnSync } from 'node:child_process';
import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { createFileIndex, type GitRunner } from '@tr/fingerprint';
import type { GitLocation } from '@tr/model';
import { currentBranch, locateGit } from '@tr/workspace';
import type { Scene } from './scene.js';

/**
 * How the files of the whole workspace differ from those that git lists (tracked, or untracked and not ignored, and there), and their ids
 * from `git hash-object`. Links, what lies behind them, and repositories that git only names are nobody's to say. The files are looked at
 * as a run does it, with a memo of their stats that stays with the scene.
 */
export async function compareWithGit(scene: Scene): Promise<readonly string[]> {
  const { base, root, top, environment } = scene;
  if (top === undefined) return [];
  const listed = listFiles(scene, '');
  const ids = listed && hashFiles(scene, listed.files);
  // A repository in which git does not work.
  if (ids === undefined || listed === undefined) return [];
  const git = locateGit(root);
  const files = createFileIndex({
    root,
    git,
    locateGit,
    findBranch: currentBranch,
    memoPath: join(base, 'memo/files'),
    packageDirectories: [],
    excludedDirectories: ['.tr'],
    processEnv: environment,
    runGit: git && runGit(scene, git),
    countsModes: false,
  });
  const answer = await files.inputsOf(
    '',
    { includeDefault: true, include: [], exclude: [] },
    { include: [], exclude: [] },
  );
  files.save();
  if (!answer.ok) return [`not told by us, but by git: ${JSON.stringify(answer.failure)}`];
  const found = new Map(Object.entries(answer.value).filter(([path]) => kindAt(root, path) === 'file'));
  const differences: string[] = [];
  for (const [path, id] of ids)
    if (found.get(path) !== id) differences.push(`the input ${path} is ${found.get(path)}, for git ${id}`);
  for (const path of found.keys())
    if (!ids.has(path) && !listed.repositories.some((each) => path.startsWith(each)))
      differences.push(`the input ${path} is none for git`);
  return differences;
}

interface Listed {
  /** Relative to the workspace, as all here. */
  readonly files: readonly string[];
  /** Directories of repositories that are no submodules, with a slash at the end. */
  readonly repositories: readonly string[];
}

/** Of the repository at the top, or of the submodule in `directory`; undefined when git does not say. */
function listFiles(scene: Scene, directory: string): Listed | undefined {
  const { root } = scene;
  const call = directory === '' ? [] : ['-C', join(root, directory)];
  const prefix = directory === '' ? prefixOf(scene) : '';
  const entries = scene.git(...call, 'ls-files', '-z', '--stage');
  const others = scene.git(...call, 'ls-files', '-z', '--others', '--exclude-standard');
  if (entries === undefined || others === undefined) return undefined;
  const isOurs = (path: string): boolean => path.startsWith(prefix) && !path.startsWith(`${prefix}.tr/`);
  const toPath = (path: string): string => join(directory, path.slice(prefix.length));
  const untracked = others.split('\0').filter((path) => path !== '' && isOurs(path));
  const tracked = entries
    .split('\0')
    .flatMap((entry) => [/^(\d+) \S+ \d\t([^]+)$/.exec(entry) ?? []])
    .flatMap(([, mode, path]) => (path !== undefined && isOurs(path) ? [{ mode, path: toPath(path) }] : []));
  const files = [...untracked.filter((path) => !path.endsWith('/')).map(toPath), ...tracked.map(({ path }) => path)];
  const repositories = untracked.filter((path) => path.endsWith('/')).map(toPath);
  for (const { path } of tracked.filter(({ mode }) => mode === '160000')) {
    if (kindAt(root, join(path, '.git')) === undefined) repositories.push(`${path}/`);
    else {
      const inner = listFiles(scene, path);
      if (inner === undefined) return undefined;
      files.push(...inner.files);
      repositories.push(...inner.repositories);
    }
  }
  return { files: [...new Set(files)].filter((path) => kindAt(root, path) === 'file'), repositories };
}

/** Path of the workspace in the work tree: `''`, or with a slash at the end. */
function prefixOf({ root, top = root }: Scene): string {
  return root === top ? '' : `${root.slice(top.length + 1)}/`;
}

/** Ids by path; undefined when git does not say. */
function hashFiles(scene: Scene, files: readonly string[]): ReadonlyMap<string, string> | undefined {
  const prefix = prefixOf(scene);
  const [odd, plain] = [true, false].map((isOdd) => files.filter((path) => /["\n\r]/.test(path) === isOdd));
  const input = plain?.map((path) => `${prefix}${path}\n`).join('');
  const { status, stdout } = spawnSync('git', ['hash-object', '--stdin-paths'], {
    cwd: scene.top,
    env: scene.environment,
    input,
    encoding: 'utf8',
  });
  if (status !== 0) return undefined;
  const ids = stdout.split('\n');
  return new Map([
    ...(plain ?? []).map((path, at) => [path, ids[at] ?? ''] as const),
    ...(odd ?? []).map((path) => [path, scene.git('hash-object', '--', prefix + path)?.trim() ?? ''] as const),
  ]);
}

/** What is there without following a link; a file behind a link is none. */
function kindAt(root: string, path: string): 'file' | 'other' | undefined {
  const names = path.split('/');
  let stat: Stats | undefined;
  for (let at = 1; at <= names.length; at++) {
    stat = lstatSync(join(root, ...names.slice(0, at)), { throwIfNoEntry: false });
    if (at < names.length && stat?.isDirectory() !== true) return undefined;
  }
  return stat && (stat.isFile() ? 'file' : 'other');
}

/** As the CLI calls git, in the environment of the scene. */
function runGit({ environment }: Scene, git: GitLocation): GitRunner {
  return (args, input, { gitDir, workTree } = git) => {
    const own = [`--git-dir=${gitDir}`, `--work-tree=${workTree}`, '--no-optional-locks', '-c', 'core.fsmonitor=false'];
    const end = spawnSync('git', [...own, ...args], { cwd: workTree, env: environment, input, maxBuffer: 1 << 28 });
    return Promise.resolve({ exitCode: end.status ?? undefined, stdout: end.stdout, stderr: String(end.stderr) });
  };
}
