import type { Failure, TaskGraph, TaskId } from '@tr/model';
import { findWorkspaceRoot } from '@tr/workspace';

/** What a call needs to know about the task it is part of, if any. */
export interface CallPlace {
  readonly environment: Readonly<Record<string, string>>;
  /** Root of the workspace this call is about. */
  readonly root: string;
}

/**
 * A `tr run` within a task of the same workspace that would run that very task again: it would wait for itself, or start
 * itself without end. Undefined when all is well.
 */
export function findRecursion(graph: TaskGraph, { environment, root }: CallPlace): Failure | undefined {
  const { TR_TASK: task, TURBO_INVOCATION_DIR: invocation } = environment;
  if (task === undefined || invocation === undefined) return undefined;
  if (graph.nodes.get(task as TaskId)?.command === undefined) return undefined;
  const outer = findWorkspaceRoot(invocation);
  return outer.ok && outer.value.root === root ? { code: 'graph/recursive-run', task } : undefined;
}
