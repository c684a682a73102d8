import { statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import {
  fail,
  ok,
  toError,
  toWarning,
  type Diagnostic,
  type Failure,
  type PackageName,
  type Result,
  type TaskGraph,
} from '@tr/model';
import {
  createTaskGraph,
  keepAffected,
  parseFilter,
  selectPackages,
  type GitRange,
  type PackageScope,
  type PackageSelector,
  type Selection,
} from '@tr/task-graph';
import { listAffectedFiles, listChangedFiles, type AffectedChanges } from '@tr/workspace';
import { createChangedTasks } from './affected-tasks.js';
import { createChangeDetector, type ChangeDetector } from './changes.js';
import type { Project } from './project.js';

/** What part of the workspace a command is about. */
export interface ScopeRequest {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly filters: readonly string[];
  readonly affected: boolean;
}

/** Which tasks of it. */
export interface PlanRequest extends ScopeRequest {
  readonly tasks: readonly string[];
  readonly only: boolean;
}

/** The tasks of a run, and warnings from finding them. */
export interface Plan {
  readonly graph: TaskGraph;
  readonly warnings: readonly Diagnostic[];
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
  const { workspace } = project;
  const changes = createChangeDetector(project);
  for (const { range } of selectors.value) if (range !== undefined) await changes.prepare(range.from);
  const affected = request.affected ? await findAffected(project, request, changes) : undefined;
  if (affected?.ok === false) return fail([toError(affected.failure)]);
  const selection = selectPackages({
    packages: workspace.packages,
    kind: workspace.kind,
    selectors: selectors.value,
    cwdDirectory: toRelative(workspace.root, request.cwd),
    ...(affected === undefined ? {} : { affected: { packages: affected.value.packages } }),
    changedBy: (range) => findChangedBy(project, range, changes),
    directoryExists: (path) => statSync(join(workspace.root, path), { throwIfNoEntry: false })?.isDirectory() === true,
  });
  if (!selection.ok) return fail([toError(selection.failure)]);
  return ok({
    selection: selection.value,
    warnings: [...(affected?.value.warnings ?? []), ...selection.value.warnings.map(toWarning)],
  });
}

/** Selects the packages and expands the requested tasks. */
export async function createPlan(project: Project, request: PlanRequest): Promise<Result<Plan, readonly Diagnostic[]>> {
  const byTask = request.affected && project.config.futureFlags.affectedUsingTaskInputs;
  const scope = await selectScope(project, byTask ? { ...request, affected: false } : request);
  if (!scope.ok) return scope;
  const created = createTaskGraph({
    packages: project.workspace.packages,
    kind: project.workspace.kind,
    definitions: project.definitions,
    requested: request.tasks,
    scope: scope.value.selection,
    only: request.only,
    strictEntryPoints: project.config.futureFlags.strictTaskEntrypointSelection,
  });
  if (!created.ok) return fail(created.failure.map(toError));
  const { graph } = created.value;
  const narrowed = byTask
    ? keepAffectedTasks(project, request, { graph, scope: scope.value.selection })
    : ok({ graph, warnings: [] });
  if (!narrowed.ok) return fail([toError(narrowed.failure)]);
  const warnings = [...scope.value.warnings, ...created.value.warnings.map(toWarning), ...narrowed.value.warnings];
  return ok({ graph: narrowed.value.graph, warnings });
}

function parseFilters(filters: readonly string[]): Result<readonly PackageSelector[], readonly Failure[]> {
  const parsed = filters.map(parseFilter);
  const failures = parsed.flatMap((result) => (result.ok ? [] : [result.failure]));
  return failures.length > 0 ? fail(failures) : ok(parsed.flatMap((result) => (result.ok ? [result.value] : [])));
}

function findChangedBy(
  { workspace }: Project,
  range: GitRange,
  changes: ChangeDetector,
): Result<readonly PackageName[], Failure> {
  if (workspace.git === undefined) return fail({ code: 'workspace/no-git', root: workspace.root });
  const location = { root: workspace.root, git: workspace.git };
  const { from } = range;
  const to = range.kind === 'work-tree' ? undefined : range.to;
  const files = listChangedFiles({ ...location, from, to, mergeBase: range.kind === 'commits' });
  return files.ok ? ok(changes.packagesOf(files.value, from)) : files;
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

function listAffected({ workspace, config }: Project, { environment }: ScopeRequest): Result<AffectedChanges, Failure> {
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

/** `--affected` by the inputs of tasks: the graph of everything in scope, narrowed to what the changes reach. */
function keepAffectedTasks(
  project: Project,
  request: ScopeRequest,
  { graph, scope }: { readonly graph: TaskGraph; readonly scope: PackageScope },
): Result<Plan, Failure> {
  const found = listAffected(project, request);
  if (!found.ok) return found;
  if (found.value.kind === 'everything') return ok({ graph, warnings: [found.value.warning] });
  const isChanged = createChangedTasks(project, found.value.files);
  return ok({ graph: keepAffected(graph, isChanged, { insideScope: scope.kind !== 'whole' }), warnings: [] });
}

/** POSIX path of `path` below `root`; `''` for the root and for places outside. */
function toRelative(root: string, path: string): string {
  const way = relative(root, path).split(sep).join('/');
  return way === '..' || way.startsWith('../') ? '' : way;
}
