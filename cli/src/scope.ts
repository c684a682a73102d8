import { join, relative, sep } from 'node:path';
import { fail, ok, toError, toWarning, type Diagnostic, type Failure, type PackageName, type Result } from '@tr/model';
import {
  parseFilter,
  selectPackages,
  type GitRange,
  type PackageSelector,
  type Selection,
  type SelectionRequest,
} from '@tr/task-graph';
import { listAffectedFiles, listChangedFiles, type AffectedChanges } from '@tr/workspace';
import { createChangeDetector, type ChangeDetector } from './changes.js';
import { findDirectory } from './find-directory.js';
import type { Project } from './project.js';

/** What part of the workspace a command is about. */
export interface ScopeRequest {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly filters: readonly string[];
  readonly affected: boolean;
}

/** The packages a command is about, and warnings from finding them. */
export interface Scope {
  readonly selection: Selection;
  readonly warnings: readonly Diagnostic[];
}

/** Applies filters, `--affected` and the current directory. */
export async function selectScope(
  project: Project,
  request: ScopeRequest,
): Promise<Result<Scope, readonly Diagnostic[]>> {
  const selectors = parseFilters(request.filters);
  if (!selectors.ok) return fail(selectors.failure.map(toError));
  const changes = createChangeDetector(project);
  const affected = request.affected ? await findAffected(project, request, changes) : undefined;
  if (affected?.ok === false) return fail([toError(affected.failure)]);
  const selection = selectPackages({
    ...(await createSelectionContext(project, request, { selectors: selectors.value, changes })),
    selectors: selectors.value,
    ...(affected === undefined ? {} : { affected: { packages: affected.value.packages } }),
  });
  if (!selection.ok) return fail([toError(selection.failure)]);
  return ok({
    selection: selection.value,
    warnings: [...(affected?.value.warnings ?? []), ...selection.value.warnings.map(toWarning)],
  });
}

/** What selectors are applied to; their refs are looked up ahead, as that takes waiting. */
export async function createSelectionContext(
  project: Project,
  { cwd }: Pick<ScopeRequest, 'cwd'>,
  { selectors, changes }: { readonly selectors: readonly PackageSelector[]; readonly changes: ChangeDetector },
): Promise<Omit<SelectionRequest, 'selectors'>> {
  const { workspace, definitions } = project;
  for (const { range } of selectors) if (range !== undefined) await changes.prepare(range.from);
  return {
    packages: workspace.packages,
    kind: workspace.kind,
    cwdDirectory: toRelative(workspace.root, cwd),
    changedBy: (range) => findChangedBy(project, range, changes),
    tagged: (label) =>
      new Set(
        [...workspace.packages.keys()].filter((name) => {
          const { own, ofTasks } = definitions.tagsOf(name);
          return own.includes(label) || ofTasks.has(label);
        }),
      ),
    directoryExists: (path) => findDirectory(join(workspace.root, path)).ok,
  };
}

/** Takes every filter apart, or says all that is wrong with them. */
export function parseFilters(filters: readonly string[]): Result<readonly PackageSelector[], readonly Failure[]> {
  const parsed = filters.map(parseFilter);
  const failures = parsed.flatMap((result) => (result.ok ? [] : [result.failure]));
  return failures.length > 0 ? fail(failures) : ok(parsed.flatMap((result) => (result.ok ? [result.value] : [])));
}

function findChangedBy(
  project: Project,
  range: GitRange,
  changes: ChangeDetector,
): Result<readonly PackageName[], Failure> {
  const files = listFilesOf(project, range);
  return files.ok ? ok(changes.packagesOf(files.value, range.from)) : files;
}

/** The files that differ in a range. */
export function listFilesOf({ workspace }: Project, range: GitRange): ReturnType<typeof listChangedFiles> {
  const { root, git } = workspace;
  if (git === undefined) return fail({ code: 'workspace/no-git', root });
  const to = range.kind === 'work-tree' ? undefined : range.to;
  return listChangedFiles({ root, git, from: range.from, to, mergeBase: range.kind === 'commits' });
}

interface Affected {
  readonly packages: readonly PackageName[];
  readonly warnings: readonly Diagnostic[];
}

async function findAffected(
  project: Project,
  request: ScopeRequest,
  changes: ChangeDetector,
): Promise<Result<Affected, Failure>> {
  const found = listAffected(project, request);
  if (!found.ok) return found;
  if (found.value.kind === 'everything')
    return ok({ packages: [...project.workspace.packages.keys()], warnings: [found.value.warning] });
  await changes.prepare(found.value.base);
  return ok({ packages: changes.packagesOf(found.value.files, found.value.base), warnings: [] });
}

/** The files that `--affected` is about. */
export function listAffected(
  { workspace, config }: Project,
  { environment }: ScopeRequest,
): Result<AffectedChanges, Failure> {
  const { root, git } = workspace;
  if (git === undefined) return fail({ code: 'workspace/no-git', root });
  return listAffectedFiles(
    { root, git },
    {
      base: environment['TURBO_SCM_BASE'] || undefined,
      head: environment['TURBO_SCM_HEAD'] || undefined,
      isGithubActions: (environment['GITHUB_ACTIONS'] ?? '') !== '',
      githubBaseRef: environment['GITHUB_BASE_REF'] || undefined,
      mayUseRemoteBase: config.futureFlags.githubActionsRemoteBaseRefFallback,
    },
  );
}

/** POSIX path of `path` below `root`; `''` for the root and for places outside. */
function toRelative(root: string, path: string): string {
  const way = relative(root, path).split(sep).join('/');
  return way === '..' || way.startsWith('../') ? '' : way;
}
