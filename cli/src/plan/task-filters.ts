/** Filters that are about tasks: loaded when one names a label, or under Turborepo's future flag `filterUsingTasks`. */
import {
  fail,
  ok,
  parseTaskId,
  ROOT_PACKAGE,
  sortedUnique,
  toError,
  toTaskId,
  type Diagnostic,
  type Failure,
  type PackageName,
  type Result,
  type TaskGraph,
  type TaskNode,
} from '@tr/model';
import { findAffected, selectPackages, selectTasks } from '@tr/task-graph';
import { createChangedTasks } from './affected-tasks.js';
import { expandTasks } from './expand-tasks.js';
import type { Plan, PlanQuery } from './plan.js';
import type { Project } from '../project.js';
import { createSelectionContext, selectScope, type Scope } from './scope.js';

/** Expands the requested tasks in the whole workspace, then selects among them. */
export async function createTaskPlan(project: Project, query: PlanQuery): Promise<Result<Plan, readonly Diagnostic[]>> {
  const { selectors, changes, tasks } = query;
  const scope = await selectScope(project, query);
  if (!scope.ok) return scope;
  const whole = await selectScope(project, {
    cwd: project.workspace.root,
    selectors: [],
    affected: false,
    changes,
  });
  if (!whole.ok) return whole;
  const expanded = expandTasks(project, query, whole.value.selection);
  if (!expanded.ok) return expanded;
  const { graph, warnings } = expanded.value;
  const isAffected = await findAffectedTasks(project, query, graph);
  if (!isAffected.ok) return fail([toError(isAffected.failure)]);
  const context = await createSelectionContext(project, query);
  const hasRange = selectors.some(({ range }) => range !== undefined);
  const countsFor = hasRange ? await changes.outsideDependents() : () => [];
  const byTask = project.config.futureFlags.filterUsingTasks;
  const selected = selectTasks({
    graph,
    selectors,
    allByTask: byTask,
    named: tasks.flatMap((text) => {
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
      const files = changes.filesIn(range);
      return files.ok ? ok(createChangedTasks(project, files.value, countsFor)) : files;
    },
  });
  if (!selected.ok) return fail([toError(selected.failure)]);
  const isTagged = selectors.some(({ tag }) => tag !== undefined);
  const packagesInScope = byTask && !isTagged ? listScope(graph, scope.value, query) : selected.value.packagesInScope;
  return ok({
    graph: { ...selected.value, packagesInScope },
    warnings: [...scope.value.warnings.filter(isNoEmptyFilter), ...warnings],
  });
}

/** With `--affected`: tasks by their inputs where a future flag says so, else those of affected packages. */
async function findAffectedTasks(
  project: Project,
  query: PlanQuery,
  graph: TaskGraph,
): Promise<Result<(node: TaskNode) => boolean, Failure>> {
  if (!query.affected) return ok(() => true);
  const { affectedUsingTaskInputs, filterUsingTasks } = project.config.futureFlags;
  if (affectedUsingTaskInputs || filterUsingTasks) {
    const found = query.changes.affected();
    if (!found.ok) return found;
    if (found.value.kind === 'everything') return ok(() => true);
    const countsFor = await query.changes.outsideDependents();
    const tasks = findAffected(graph, createChangedTasks(project, found.value.files, countsFor));
    return ok(({ id }) => tasks.has(id));
  }
  const scope = await selectScope(project, { ...query, selectors: [] });
  // What is wrong with it was said when the whole scope was selected.
  const packages = new Set(scope.ok ? scope.value.selection.packages : []);
  return ok((node) => packages.has(node.package));
}

/** The future flag alone leaves the scope to the packages that the filters select, and the root as without it. */
function listScope(universe: TaskGraph, { selection }: Scope, { tasks }: PlanQuery): readonly PackageName[] {
  const named = tasks.flatMap((text) => parseTaskId(text)?.package ?? []);
  const isRootAsked = [...universe.nodes.values()].some((node) => node.package === ROOT_PACKAGE && node.isEntryPoint);
  const root = selection.kind !== 'selection' && isRootAsked ? [ROOT_PACKAGE] : [];
  return sortedUnique([...selection.packages, ...named, ...root]);
}

/** That a label is on no package says nothing: it may be on a task. */
function isNoEmptyFilter({ failure }: Diagnostic): boolean {
  return failure.code !== 'graph/empty-filter';
}
