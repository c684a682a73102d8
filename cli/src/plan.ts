import { fail, ok, toError, toWarning, type Diagnostic, type Failure, type Result, type TaskGraph } from '@tr/model';
import { createTaskGraph, keepAffected, type PackageScope } from '@tr/task-graph';
import { createChangedTasks } from './affected-tasks.js';
import type { Project } from './project.js';
import { listAffected, parseFilters, selectScope, type ScopeRequest } from './scope.js';

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

/** Selects the packages and expands the requested tasks. */
export async function createPlan(project: Project, request: PlanRequest): Promise<Result<Plan, readonly Diagnostic[]>> {
  if (isAboutTasks(project, request)) return (await import('./task-filters.js')).createTaskPlan(project, request);
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

/** True when a filter names a label, or all of them are about tasks under Turborepo's future flag. */
function isAboutTasks({ config }: Project, { filters, affected }: ScopeRequest): boolean {
  if (config.futureFlags.filterUsingTasks) return filters.length > 0 || affected;
  if (!filters.some((filter) => filter.includes('tag:'))) return false;
  const selectors = parseFilters(filters);
  return selectors.ok && selectors.value.some(({ tag }) => tag !== undefined);
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
