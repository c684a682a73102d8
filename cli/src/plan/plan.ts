import { fail, ok, parseTaskId, toError, type Diagnostic, type Failure, type Result, type TaskGraph } from '@tr/model';
import { findPersistentDependencies, keepAffected, type PackageScope } from '@tr/task-graph';
import { expandTasks } from './expand-tasks.js';
import type { Project } from '../project.js';
import { parseScope, selectScope, type ScopeQuery, type ScopeRequest } from './scope.js';

interface WantedTasks {
  readonly tasks: readonly string[];
  readonly only: boolean;
  /** Whether a task waits for those it depends on: then none of them may be persistent. */
  readonly waits: boolean;
}

/** Which tasks of what part of the workspace, as it was typed. */
export interface PlanRequest extends ScopeRequest, WantedTasks {}

/** The same, understood. */
export interface PlanQuery extends ScopeQuery, WantedTasks {}

/** The tasks of a run, and warnings from finding them. */
export interface Plan {
  readonly graph: TaskGraph;
  readonly warnings: readonly Diagnostic[];
}

/** The tasks as `tr run` without options has them. Those with a package are looked for everywhere, whatever the current directory. */
export function createPlainPlan(
  project: Project,
  { cwd, environment }: Pick<PlanRequest, 'cwd' | 'environment'>,
  { tasks, filters }: Pick<PlanRequest, 'tasks' | 'filters'>,
): ReturnType<typeof createPlan> {
  const isEverywhere = filters.length === 0 && tasks.every((task) => parseTaskId(task) !== undefined);
  const scope = { filters: isEverywhere ? ['*'] : filters, affected: false };
  return createPlan(project, { cwd, environment, tasks, ...scope, only: false, waits: true });
}

/** Selects the packages and expands the requested tasks. */
export async function createPlan(project: Project, request: PlanRequest): Promise<Result<Plan, readonly Diagnostic[]>> {
  const parsed = parseScope(project, request);
  if (!parsed.ok) return parsed;
  const { tasks, only, waits } = request;
  const plan = await selectPlan(project, { ...parsed.value, tasks, only, waits });
  if (!plan.ok || !waits) return plan;
  const failures = findPersistentDependencies(plan.value.graph, project.definitions);
  return failures.length > 0 ? fail(failures.map(toError)) : plan;
}

async function selectPlan(project: Project, query: PlanQuery): Promise<Result<Plan, readonly Diagnostic[]>> {
  if (isAboutTasks(project, query)) return (await import('./task-filters.js')).createTaskPlan(project, query);
  const byTask = query.affected && project.config.futureFlags.affectedUsingTaskInputs;
  const scope = await selectScope(project, byTask ? { ...query, affected: false } : query);
  if (!scope.ok) return scope;
  const expanded = expandTasks(project, query, scope.value.selection);
  if (!expanded.ok) return expanded;
  const { graph } = expanded.value;
  const narrowed = byTask
    ? await keepAffectedTasks(project, query, { graph, scope: scope.value.selection })
    : ok({ graph, warnings: [] });
  if (!narrowed.ok) return fail([toError(narrowed.failure)]);
  const warnings = [...scope.value.warnings, ...expanded.value.warnings, ...narrowed.value.warnings];
  return ok({ graph: narrowed.value.graph, warnings });
}

/** True when a filter names a label, or all of them are about tasks under Turborepo's future flag. */
function isAboutTasks({ config }: Project, { selectors, affected }: PlanQuery): boolean {
  if (config.futureFlags.filterUsingTasks) return selectors.length > 0 || affected;
  return selectors.some(({ tag }) => tag !== undefined);
}

/** `--affected` by the inputs of tasks: the graph of everything in scope, narrowed to what the changes reach. */
async function keepAffectedTasks(
  project: Project,
  { changes }: PlanQuery,
  { graph, scope }: { readonly graph: TaskGraph; readonly scope: PackageScope },
): Promise<Result<Plan, Failure>> {
  const found = changes.affected();
  if (!found.ok) return found;
  if (found.value.kind === 'everything') return ok({ graph, warnings: [found.value.warning] });
  const { createChangedTasks } = await import('./affected-tasks.js');
  const isChanged = createChangedTasks(project, found.value.files, await changes.outsideDependents());
  return ok({ graph: keepAffected(graph, isChanged, { insideScope: scope.kind !== 'whole' }), warnings: [] });
}
