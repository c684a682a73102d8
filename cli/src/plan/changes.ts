import { join } from 'node:path';
import { createPathMatcher } from '@tr/fingerprint';
import { fail, ok, type Failure, type PackageName, type RelativePath, type Result } from '@tr/model';
import { readFileText } from '@tr/quick';
import type { GitRange } from '@tr/task-graph';
import {
  addLinkedPlaces,
  computeChangedPackages,
  listAffectedFiles,
  listChangedFiles,
  readFileAtRef,
  type AffectedChanges,
} from '@tr/workspace';
import type { Project } from '../project.js';
import type { OutsideDependents } from './outside-dependents.js';
import { readRootResolutions } from '../closures/root-resolutions.js';

/** What git says has changed, and which packages that is. Each thing is asked of git once. */
export interface Changes {
  /** What `--affected` is about. */
  affected(): Result<AffectedChanges, Failure>;
  /** The files that differ in a range. */
  filesIn(range: GitRange): Result<readonly RelativePath[], Failure>;
  /** Which packages changed files belong to. `before`: the ref the files were compared with (for the lockfile). */
  packagesOf(files: readonly RelativePath[], before: string): readonly PackageName[];
  /** Reads the lockfile at a ref, and `outsideDependents`, ahead of `packagesOf`, which cannot wait. */
  prepare(before: string): Promise<void>;
  outsideDependents(): Promise<OutsideDependents>;
}

/** Answers for one plan. Does nothing before the first question. */
export function createChanges(project: Project, environment: Readonly<Record<string, string>>): Changes {
  const { workspace, config } = project;
  const lockfileChanges = new Map<string, readonly PackageName[] | 'all' | 'none'>();
  const ranges = new Map<string, Result<readonly RelativePath[], Failure>>();
  let affected: Result<AffectedChanges, Failure> | undefined;
  let outside: Promise<OutsideDependents> | undefined;
  let countsFor: OutsideDependents = () => [];
  const outsideDependents = (): Promise<OutsideDependents> => (outside ??= loadOutsideDependents(project));
  return {
    outsideDependents,
    affected: () => (affected ??= listAffected(project, environment)),
    filesIn: (range) => {
      const name = JSON.stringify(range);
      const files = ranges.get(name) ?? listFilesIn(project, range);
      ranges.set(name, files);
      return files;
    },
    packagesOf: (files, before) =>
      computeChangedPackages(workspace, files, {
        isConfiguration: (path) => path === config.source.path,
        isGlobalDependency: createPathMatcher(config.globalDependencies.filter(isPlainGlob)),
        compareLockfile: () => lockfileChanges.get(before) ?? 'all',
        countsFor,
      }),
    prepare: async (before) => {
      countsFor = await outsideDependents();
      if (!lockfileChanges.has(before)) lockfileChanges.set(before, await compareLockfile(project, before));
    },
  };
}

/** Not loaded by a run that asks for no changes. */
async function loadOutsideDependents(project: Project): Promise<OutsideDependents> {
  const { findOutsideDependents } = await import('./outside-dependents.js');
  return findOutsideDependents(project);
}

function listAffected(
  { workspace, config }: Project,
  environment: Readonly<Record<string, string>>,
): Result<AffectedChanges, Failure> {
  const { root, git } = workspace;
  if (git === undefined) return fail({ code: 'workspace/no-git', root });
  const found = listAffectedFiles(
    { root, git },
    {
      base: environment['TURBO_SCM_BASE'] || undefined,
      head: environment['TURBO_SCM_HEAD'] || undefined,
      isGithubActions: (environment['GITHUB_ACTIONS'] ?? '') !== '',
      githubBaseRef: environment['GITHUB_BASE_REF'] || undefined,
      githubEventPath: environment['GITHUB_EVENT_PATH'] || undefined,
      mayUseRemoteBase: config.futureFlags.githubActionsRemoteBaseRefFallback,
    },
  );
  if (!found.ok || found.value.kind === 'everything') return found;
  return ok({ ...found.value, files: addLinkedPlaces(workspace, found.value.files) });
}

function listFilesIn({ workspace }: Project, range: GitRange): Result<readonly RelativePath[], Failure> {
  const { root, git } = workspace;
  if (git === undefined) return fail({ code: 'workspace/no-git', root });
  const to = range.kind === 'work-tree' ? undefined : range.to;
  const found = listChangedFiles({ root, git, from: range.from, to, mergeBase: range.kind === 'commits' });
  return found.ok ? ok(addLinkedPlaces(workspace, found.value)) : found;
}

/** The packages for which the lockfile says something else than at a ref; `all` where that cannot be told. */
async function compareLockfile(
  { workspace }: Project,
  before: string,
): Promise<readonly PackageName[] | 'all' | 'none'> {
  const { lockfile, git, root } = workspace;
  if (lockfile === undefined || git === undefined) return 'all';
  const old = readFileAtRef({ root, git }, before, lockfile.path);
  if (!old.ok) return 'all';
  const { changedPackages } = await import('@tr/lockfile');
  return await changedPackages({
    kind: lockfile.kind,
    file: lockfile.path,
    before: old.value,
    after: readFileText(join(root, lockfile.path)),
    packages: workspace.packages.values(),
    resolutions: readRootResolutions(workspace),
  });
}

/** Here Turborepo compares a glob with paths as git writes them, so that one with `./` or `../` in it matches none. */
export function isPlainGlob(glob: string): boolean {
  return !/(?:^!?|\/)\.\.?\//.test(glob);
}
