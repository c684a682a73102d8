import { fail, ok, toError, toWarning, type Diagnostic, type Result } from '@tr/model';
import { createTaskGraph, type PackageScope } from '@tr/task-graph';
import type { Plan, PlanQuery } from './plan.js';
import type { Project } from '../project.js';

/** The graph of what was asked for in a part of the workspace. */
export function expandTasks(
  { workspace, definitions, config }: Project,
  { tasks, only }: PlanQuery,
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
