import { spawnSync } from 'node:child_process';
import {
  fail,
  isWithin,
  ok,
  sortedUnique,
  STATE_DIRECTORY,
  type GitLocation,
  type RelativePath,
  type Result,
  type WorkspaceFailure,
} from '@tr/model';
import { toScope } from './git-scope.js';

/** Where the workspace lies and the repository it lies in. */
export interface GitWorkspace {
  /** Absolute, links resolved. */
  readonly root: string;
  readonly git: GitLocation;
}

/** Two states to compare. */
export interface ChangedFilesRequest extends GitWorkspace {
  readonly from: string;
  /** A ref; undefined = the work tree, with uncommitted and untracked files. */
  readonly to: string | undefined;
  /** Compare with the common ancestor of `from` and `to` (or HEAD) instead of `from` itself. */
  readonly mergeBase: boolean;
}

/** 1 GiB: a listing or a lockfile is never near it, and spawnSync needs some bound. */
const MAX_BUFFER = 1 << 30;
/** A blob that a partial clone has to fetch first must not hang a run. */
const TIMEOUT_MS = 60_000;

/**
 * Files of the workspace that differ, sorted, relative to its root: added, modified, deleted, both sides of a rename,
 * and untracked ones that are not ignored. Files outside the workspace are left out.
 */
export function listChangedFiles(request: ChangedFilesRequest): Result<readonly RelativePath[], WorkspaceFailure> {
  const base = resolveFrom(request);
  if (!base.ok) return base;
  const target = request.to === undefined ? ok([]) : resolveAll(request.git, [request.to]);
  if (!target.ok) return target;
  const scope = toScope(request);
  const flags = ['--name-only', '-z', '--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=none'];
  const changed = runGit(request.git, ['diff', ...flags, base.value, ...target.value, '--', ...scope.pathspec]);
  if (!changed.ok) return changed;
  const untracked = request.to === undefined ? listUntracked(request) : ok([]);
  if (!untracked.ok) return untracked;
  return ok(sortedUnique([...fromList(changed.value, scope), ...untracked.value]));
}

/**
 * Workspace files that git does not track and does not ignore, without those of ours: a cache that was brought into a new clone may have
 * come without the file that ignores it.
 */
export function listUntracked({ root, git }: GitWorkspace): Result<readonly RelativePath[], WorkspaceFailure> {
  const scope = toScope({ root, git });
  const listed = runGit(git, ['ls-files', '--others', '--exclude-standard', '-z', '--', ...scope.pathspec]);
  return listed.ok ? ok(fromList(listed.value, scope).filter((path) => !isWithin(path, STATE_DIRECTORY))) : listed;
}

/** Paths from the workspace root, of a list that ends each with a NUL. */
function fromList(text: string, { prefix }: { readonly prefix: string }): readonly RelativePath[] {
  return text.split('\0').flatMap((path) => (path === '' ? [] : [path.slice(prefix.length)]));
}

/** Content of a workspace file in a commit, as text; undefined when it is not there. `ref` must resolve. */
export function readFileAtRef(
  { root, git }: GitWorkspace,
  ref: string,
  path: RelativePath,
): Result<string | undefined, WorkspaceFailure> {
  const commit = resolveCommit(git, ref);
  if (!commit.ok) return commit;
  const name = `${commit.value}:${toScope({ root, git }).prefix}${path}`;
  const exists = spawn(git, ['cat-file', '-e', name]);
  if (exists.error) return fail(toFailure(['cat-file'], exists));
  if (exists.status !== 0) return ok(undefined);
  return runGit(git, ['cat-file', 'blob', name]);
}

/** What a git command came to; the shape `fingerprint` asks for. */
export interface GitAnswer {
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** Runs git at the top of the work tree, with `input` on its standard input, for what only git can answer. */
export function askGit(git: GitLocation, args: readonly string[], input: Uint8Array = new Uint8Array()): GitAnswer {
  const end = spawnSync('git', [...fixedArguments(git), ...args], {
    cwd: git.workTree,
    input,
    maxBuffer: MAX_BUFFER,
    windowsHide: true,
  });
  return {
    exitCode: end.status ?? undefined,
    stdout: end.stdout ?? new Uint8Array(),
    stderr: String(end.stderr ?? ''),
  };
}

/** Full id of the commit that a ref, an id or an expression such as `HEAD~2` names. */
export function resolveCommit(git: GitLocation, ref: string): Result<string, WorkspaceFailure> {
  const unknown = fail<WorkspaceFailure>({ code: 'workspace/unknown-ref', ref });
  // No ref begins with a dash: it would be read as an option.
  if (ref === '' || ref.startsWith('-') || ref.includes('\0')) return unknown;
  const found = spawn(git, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  if (found.error) return fail(toFailure(['rev-parse'], found));
  const id = found.stdout.trim();
  return found.status === 0 && /^[0-9a-f]{40,64}$/.test(id) ? ok(id) : unknown;
}

/** Best common ancestor of two refs. */
export function findMergeBase(git: GitLocation, from: string, to: string): Result<string, WorkspaceFailure> {
  const commits = resolveAll(git, [from, to]);
  if (!commits.ok) return commits;
  const found = spawn(git, ['merge-base', ...commits.value]);
  if (found.error) return fail(toFailure(['merge-base'], found));
  if (found.status === 0) return ok(found.stdout.trim());
  return fail({ code: 'workspace/no-merge-base', from, to });
}

function resolveFrom({ git, from, to, mergeBase }: ChangedFilesRequest): Result<string, WorkspaceFailure> {
  return mergeBase ? findMergeBase(git, from, to ?? 'HEAD') : resolveCommit(git, from);
}

function resolveAll(git: GitLocation, refs: readonly string[]): Result<readonly string[], WorkspaceFailure> {
  const commits: string[] = [];
  for (const ref of refs) {
    const commit = resolveCommit(git, ref);
    if (!commit.ok) return commit;
    commits.push(commit.value);
  }
  return ok(commits);
}

interface GitEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: Error | undefined;
}

/**
 * The repository is named explicitly, so that GIT_DIR and GIT_WORK_TREE of a surrounding hook cannot redirect us; no
 * hook of fsmonitor runs and the index is not rewritten.
 */
function fixedArguments(git: GitLocation): readonly string[] {
  return [
    `--git-dir=${git.gitDir}`,
    `--work-tree=${git.workTree}`,
    '--no-optional-locks',
    '--literal-pathspecs',
    '-c',
    'core.fsmonitor=false',
  ];
}

function spawn(git: GitLocation, args: readonly string[]): GitEnd {
  const end = spawnSync('git', [...fixedArguments(git), ...args], {
    cwd: git.workTree,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: MAX_BUFFER,
    timeout: TIMEOUT_MS,
    windowsHide: true,
  });
  return { status: end.status, stdout: end.stdout ?? '', stderr: end.stderr ?? '', error: end.error };
}

function runGit(git: GitLocation, args: readonly string[]): Result<string, WorkspaceFailure> {
  const end = spawn(git, args);
  return end.status === 0 && !end.error ? ok(end.stdout) : fail(toFailure(args, end));
}

function toFailure(args: readonly string[], end: GitEnd): WorkspaceFailure {
  const missing = end.error && 'code' in end.error && end.error.code === 'ENOENT';
  if (missing) return { code: 'workspace/git-unavailable', detail: 'there is no such program' };
  const detail = end.error?.message ?? end.stderr.trim().split('\n')[0] ?? `exit code ${end.status}`;
  return { code: 'workspace/git-failed', command: args[0] ?? '', detail };
}
