import type { GraphFailure, Result, TaskGraph, TaskId, TaskNode } from '@tr/model';
import { compareStrings, fail, ok, sorted } from '@tr/model';
import { findPersistentDependencies, findTaskCycles } from './check-tasks.js';
import type { Draft } from './draft.js';
import type { EntryPointRequest } from './entry-points.js';
import { findEntryPoints } from './entry-points.js';
import { expandTasks } from './expand-tasks.js';
import { findCommand } from './find-command.js';
import { orderByDepth } from './order-by-depth.js';

/**
 * What a graph is made from: the packages of the whole workspace (`//` included), their task definitions, the tasks
 * named on the command line, and the scope that `selectPackages` found.
 */
export interface TaskGraphRequest extends EntryPointRequest {
  /** `--only`: the entry points (and their siblings) alone. */
  readonly only: boolean;
}

/** A graph, and warnings that do not end the run. */
export interface CreatedTaskGraph {
  readonly graph: TaskGraph;
  readonly warnings: readonly GraphFailure[];
}

/**
 * Expands the requested tasks to a valid graph with Turborepo's rules, in linear time; or says everything that is
 * wrong with it.
 */
export function createTaskGraph(request: TaskGraphRequest): Result<CreatedTaskGraph, readonly GraphFailure[]> {
  const entryPoints = findEntryPoints(request);
  if (entryPoints.failures.length > 0) return fail(entryPoints.failures);
  const { drafts, failures } = expandTasks({ ...request, entryPoints: entryPoints.tasks });
  if (failures.length > 0) return fail(failures);
  const byId = [...drafts].sort((a, b) => compareStrings(a.id, b.id));
  const persistent = findPersistentDependencies(byId, request.definitions);
  if (persistent.length > 0) return fail(persistent);
  const { dependencies, dependents } = indexEdges(byId);
  const order = orderByDepth(dependencies, dependents);
  if (order === undefined) return fail(findTaskCycles(byId, dependencies, request.definitions));
  const ids = byId.map(({ id }) => id);
  const toIds = (indexes: readonly number[] = []) => indexes.flatMap((index) => ids[index] ?? []);
  const nodes = new Map<TaskId, TaskNode>();
  byId.forEach((draft, index) => {
    nodes.set(draft.id, toNode(draft, toIds(dependencies[index]), toIds(dependents[index])));
  });
  const graph = { nodes, topologicalOrder: toIds(order), packagesInScope: entryPoints.packagesInScope };
  return ok({ graph, warnings: entryPoints.warnings });
}

/** Edges by index into the sorted nodes. Walking those in order leaves every list sorted without sorting it. */
function indexEdges(drafts: readonly Draft[]): {
  readonly dependencies: readonly (readonly number[])[];
  readonly dependents: readonly (readonly number[])[];
} {
  const indexes = new Map(drafts.map((draft, index) => [draft, index]));
  const dependents = drafts.map((): number[] => []);
  drafts.forEach((draft, index) => {
    for (const dependency of draft.dependencies) dependents[indexes.get(dependency) ?? -1]?.push(index);
  });
  const dependencies = drafts.map((): number[] => []);
  dependents.forEach((edges, index) => {
    for (const dependent of edges) dependencies[dependent]?.push(index);
  });
  return { dependencies, dependents };
}

function toNode(draft: Draft, dependencies: readonly TaskId[], dependents: readonly TaskId[]): TaskNode {
  return {
    id: draft.id,
    package: draft.package.name,
    task: draft.task,
    directory: draft.package.directory,
    definition: draft.definition,
    ...findCommand(draft),
    isOptedOut: draft.isOptedOut,
    dependencies,
    dependents,
    with: sorted([...draft.with].map(({ id }) => id)),
    isEntryPoint: draft.isEntryPoint,
  };
}
