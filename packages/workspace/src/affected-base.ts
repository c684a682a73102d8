import {
  ok,
  sortedUnique,
  toWarning,
  type Diagnostic,
  type RelativePath,
  type Result,
  type WorkspaceFailure,
} from '@tr/model';
import { findMergeBase, listChangedFiles, resolveCommit, type GitWorkspace } from './git.js';
import { readPushBase } from './github-push.js';

/** What the environment says about the commit to compare with; the caller reads the variables. */
export interface ScmFacts {
  /** TURBO_SCM_BASE. */
  readonly base: string | undefined;
  /** TURBO_SCM_HEAD: the commits up to there count instead of those up to HEAD. */
  readonly head?: string | undefined;
  /** GITHUB_ACTIONS is set. */
  readonly isGithubActions: boolean;
  /** GITHUB_BASE_REF; counts only under GitHub Actions. */
  readonly githubBaseRef: string | undefined;
  /** GITHUB_EVENT_PATH: where a push is described; counts only under GitHub Actions, where there is no GITHUB_BASE_REF. */
  readonly githubEventPath?: string | undefined;
  /** GITHUB_BASE_REF may also be a branch of `origin` that has no local one. Default false. */
  readonly mayUseRemoteBase?: boolean;
}

/** What `--affected` compares with. */
export type AffectedChanges =
  | { readonly kind: 'files'; readonly files: readonly RelativePath[]; readonly base: string }
  /** No usable base: everything counts as affected. */
  | { readonly kind: 'everything'; readonly warning: Diagnostic };

/**
 * Files changed between the common ancestor of the base and HEAD (or TURBO_SCM_HEAD), and the work tree. The base is TURBO_SCM_BASE,
 * else what GitHub Actions says (GITHUB_BASE_REF of a pull request, the commit before a push), else `main`, else `master`. A TURBO_SCM_BASE
 * that does not exist is an error, and so is a TURBO_SCM_HEAD: somebody asked for it; any other base that cannot be used means that
 * everything is affected.
 */
export function listAffectedFiles(workspace: GitWorkspace, facts: ScmFacts): Result<AffectedChanges, WorkspaceFailure> {
  const base = resolveAffectedBase(workspace, facts);
  if (!base.ok) return base;
  if (base.value.kind === 'unknown') return everything({ code: 'workspace/no-base', tried: base.value.tried });
  const head = facts.head === undefined ? ok(undefined) : resolveCommit(workspace.git, facts.head);
  if (!head.ok) return head;
  const ancestor = findMergeBase(workspace.git, base.value.ref, facts.head ?? 'HEAD');
  if (!ancestor.ok) return isAboutHistory(ancestor.failure) ? everything(ancestor.failure) : ancestor;
  const files = listFiles(workspace, ancestor.value, facts.head);
  return files.ok ? ok({ kind: 'files', files: files.value, base: ancestor.value }) : files;
}

/** Up to the work tree; with a head of its own up to that, and what is not committed yet. */
function listFiles(
  workspace: GitWorkspace,
  from: string,
  head: string | undefined,
): Result<readonly RelativePath[], WorkspaceFailure> {
  const request = { ...workspace, mergeBase: false, to: undefined };
  if (head === undefined) return listChangedFiles({ ...request, from });
  const committed = listChangedFiles({ ...request, from, to: head });
  const uncommitted = listChangedFiles({ ...request, from: 'HEAD' });
  if (!committed.ok) return committed;
  return uncommitted.ok ? ok(sortedUnique([...committed.value, ...uncommitted.value])) : uncommitted;
}

/** A ref that exists, or the names that were tried. */
type AffectedBase =
  { readonly kind: 'ref'; readonly ref: string } | { readonly kind: 'unknown'; readonly tried: readonly string[] };

/** The base of `--affected`; fails only for a TURBO_SCM_BASE that is not there, or when git cannot be run. */
function resolveAffectedBase(workspace: GitWorkspace, facts: ScmFacts): Result<AffectedBase, WorkspaceFailure> {
  const candidates = listCandidates(facts);
  for (const ref of candidates) {
    const commit = resolveCommit(workspace.git, ref);
    if (commit.ok) return ok({ kind: 'ref', ref });
    if (facts.base || !isAboutHistory(commit.failure)) return commit;
  }
  return ok({ kind: 'unknown', tried: candidates });
}

function listCandidates(facts: ScmFacts): readonly string[] {
  if (facts.base) return [facts.base];
  const { isGithubActions, githubBaseRef, githubEventPath, mayUseRemoteBase } = facts;
  if (isGithubActions && githubBaseRef)
    return [githubBaseRef, ...(mayUseRemoteBase === true ? [`origin/${githubBaseRef}`] : [])];
  const beforePush = isGithubActions && githubEventPath ? readPushBase(githubEventPath) : undefined;
  return beforePush === undefined ? ['main', 'master'] : [beforePush];
}

function isAboutHistory(failure: WorkspaceFailure): boolean {
  return failure.code === 'workspace/unknown-ref' || failure.code === 'workspace/no-merge-base';
}

function everything(failure: WorkspaceFailure): Result<AffectedChanges, never> {
  return ok({ kind: 'everything', warning: toWarning(failure) });
}
