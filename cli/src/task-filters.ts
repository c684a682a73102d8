/** Filters that are about tasks: loaded when one names a label, or under Turborepo's future flag `filterUsingTasks`. */
import {
  fail,
  ok,
  parseTaskId,
  ROOT_PACKAGE,
  sortedUnique,
  toError,
  toTaskId,
  toWarning,
  type Diagnostic,
  type Failure,
  type PackageName,
  type Result,
  type TaskGraph,
  type TaskNode,
} from '@tr/model';
import { createTaskGraph, findAffected, selectPackages, selectTasks, type PackageScope } from '@tr/task-graph';
import { createChangedTasks } from './affected-tasks.js';
import { createChangeDetector } from './changes.js';
import type { Plan, PlanRequest } from './plan.js';
import type { Project } from './project.js';
import { createSelectionContext, listAffected, listFilesOf, parseFilters, selectScope, type Scope } from './scope.js';

/** Expands the requested tasks in the whole workspace, then selects among them. */
export async function createTaskPlan(
  project: Project,
  request: PlanRequest,
): Promise<Result<Plan, readonly Diagnostic[]>> {
  const selectors = parseFilters(request.filters);
  if (!selectors.ok) return fail(selectors.failure.map(toError));
  const scope = await selectScope(project, request);
  if (!scope.ok) return scope;
  const whole = await selectScope(project, { ...request, cwd: project.workspace.root, filters: [], affected: false });
  if (!whole.ok) return whole;
  const universe = createUniverse(project, request, whole.value.selection);
  if (!universe.ok) return universe;
  const { graph, warnings } = universe.value;
  const isAffected = await findAffectedTasks(project, request, graph);
  if (!isAffected.ok) return fail([toError(isAffected.failure)]);
  const changes = createChangeDetector(project);
  const context = await createSelectionContext(project, request, { selectors: selectors.value, changes });
  const byTask = project.config.futureFlags.filterUsingTasks;
  const selected = selectTasks({
    graph,
    selectors: selectors.value,
    allByTask: byTask,
    named: request.tasks.flatMap((text) => {
      const id = parseTaskId(text);
      return id === undefined ? [] : [toTaskId(id.package, id.task)];
    }),
    isAffected: isAffected.value,
    packageTags: (name) => project.definitions.tagsOf(name).own,
    packagesOf: (selector) => {
      const packages = selectPackages({ ...context, selectors: [{ ...selector, exclude: false }] });
      return packages.ok ? ok(new Set(packages.value.packages)) : packages;
    },
    changedBy: (range) => {
      const files = listFilesOf(project, range);
      return files.ok ? ok(createChangedTasks(project, files.value)) : files;
    },
  });
  if (!selected.ok) return fail([toError(selected.failure)]);
  const isTagged = selectors.value.some(({ tag }) => tag !== undefined);
  const packagesInScope = byTask && !isTagged ? listScope(graph, scope.value, request) : selected.value.packagesInScope;
  return ok({
    graph: { ...selected.value, packagesInScope },
    warnings: [...scope.value.warnings.filter(isNoEmptyFilter), ...warnings],
  });
}

function createUniverse(
  { workspace, definitions, config }: Project,
  { tasks, only }: PlanRequest,
  scope: PackageScope,
): Result<Plan, readonly Diagnostic[]> {
  const created = createTaskGraph({
    packages: workspace.packages,
    kind: workspace.kind,
    definitions,
    requested: tasks,
    scope,
    only,
    strictEntryPoints: config.futureFlags.strictTaskEntrypointSelection,
  });
  if (!created.ok) return fail(created.failure.map(toError));
  return ok({ graph: created.value.graph, warnings: created.value.warnings.map(toWarning) });
}

/** With `--affected`: tasks by their inputs where a future flag says so, else those of affected packages. */
async function findAffectedTasks(
  project: Project,
  request: PlanRequest,
  graph: TaskGraph,
): Promise<Result<(node: TaskNode) => boolean, Failure>> {
  if (!request.affected) return ok(() => true);
  const { affectedUsingTaskInputs, filterUsingTasks } = project.config.futureFlags;
  if (affectedUsingTaskInputs || filterUsingTasks) {
    const found = listAffected(project, request);
    if (!found.ok) return found;
    if (found.value.kind === 'everything') return ok(() => true);
    const tasks = findAffected(graph, createChangedTasks(project, found.value.files));
    return ok(({ id }) => tasks.has(id));
  }
  const scope = await selectScope(project, { ...request, filters: [] });
  // What is wrong with it was said when the whole scope was selected.
  const packages = new Set(scope.ok ? scope.value.selection.packages : []);
  return ok((node) => packages.has(node.package));
}

/** The future flag alone leaves the scope to the packages that the filters select, and the root as without it. */
function listScope(universe: TaskGraph, { selection }: Scope, { tasks }: PlanRequest): readonly PackageName[] {
  const named = tasks.flatMap((text) => parseTaskId(text)?.package ?? []);
  const isRootAsked = [...universe.nodes.values()].some((node) => node.package === ROOT_PACKAGE && node.isEntryPoint);
  const root = selection.kind !== 'selection' && isRootAsked ? [ROOT_PACKAGE] : [];
  return sortedUnique([...selection.packages, ...named, ...root]);
}

/** That a label is on no package says nothing: it may be on a task. */
function isNoEmptyFilter({ failure }: Diagnostic): boolean {
  return failure.code !== 'graph/empty-filter';
}
