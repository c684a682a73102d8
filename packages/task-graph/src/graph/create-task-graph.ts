import type { GraphFailure, Result, TaskDefinition, TaskGraph, TaskId, TaskNode } from '@tr/model';
import { compareStrings, fail, ok, snapshotPath, sorted } from '@tr/model';
import { findTaskCycles } from './check-tasks.js';
import type { Draft } from './draft.js';
import type { EntryPointRequest } from './entry-points.js';
import { findEntryPoints } from './entry-points.js';
import { expandTasks } from './expand-tasks.js';
import { findCommand } from './find-command.js';
import type { Edges } from './find-cycles.js';
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
  const edges = indexEdges(byId);
  const order = orderByDepth(edges.dependencies, edges.dependents);
  if (order === undefined) return fail(findTaskCycles(byId, edges.dependencies, request.definitions));
  const graph = {
    nodes: createNodes(byId, edges),
    topologicalOrder: toIds(byId, order),
    packagesInScope: entryPoints.packagesInScope,
  };
  return ok({ graph, warnings: entryPoints.warnings });
}

/** Edges by index into the sorted nodes, sorted. */
interface IndexedEdges {
  readonly dependencies: Edges;
  readonly dependents: Edges;
}

/** Walking the nodes in order leaves every list sorted without sorting it. */
function indexEdges(drafts: readonly Draft[]): IndexedEdges {
  for (const [index, draft] of drafts.entries()) draft.index = index;
  const dependents = drafts.map((): number[] => []);
  for (const draft of drafts) {
    for (const dependency of draft.dependencies) dependents[dependency.index]?.push(draft.index);
  }
  const dependencies = drafts.map((): number[] => []);
  for (const draft of drafts) {
    for (const dependent of dependents[draft.index] ?? []) dependencies[dependent]?.push(draft.index);
  }
  return { dependencies, dependents };
}

function createNodes(drafts: readonly Draft[], edges: IndexedEdges): ReadonlyMap<TaskId, TaskNode> {
  const nodes = new Map<TaskId, TaskNode>();
  for (const draft of drafts) {
    const { command, isScript } = findCommand(draft);
    nodes.set(draft.id, {
      id: draft.id,
      package: draft.package.name,
      task: draft.task,
      directory: draft.package.directory,
      definition: withSnapshotOutput(draft),
      command,
      isScript,
      isOptedOut: draft.isOptedOut,
      dependencies: toIds(drafts, edges.dependencies[draft.index]),
      dependents: toIds(drafts, edges.dependents[draft.index]),
      with: sorted(draft.with.map(({ id }) => id)),
      isEntryPoint: draft.isEntryPoint,
    });
  }
  return nodes;
}

/** The state that a task leaves is one more output, at a place only its id decides. */
function withSnapshotOutput({ id, definition, package: { directory } }: Draft): TaskDefinition {
  if (definition.snapshot === undefined) return definition;
  const wayUp = directory === '' ? '' : '../'.repeat(directory.split('/').length);
  const include = sorted([...definition.outputs.include, wayUp + snapshotPath(id)]);
  return { ...definition, outputs: { ...definition.outputs, include } };
}

function toIds(drafts: readonly Draft[], indexes: readonly number[] = []): readonly TaskId[] {
  const ids: TaskId[] = [];
  for (const index of indexes) {
    const draft = drafts[index];
    if (draft !== undefined) ids.push(draft.id);
  }
  return ids;
}
