import { parseTaskId, type TaskNode } from '@tr/model';

/**
 * Whether a task gets the arguments after `--`: those the user named do, not what they depend on. By the task's name alone,
 * so that `web#test` names the `test` of every package in the run, as in Turborepo.
 */
export function isNamed(requested: readonly string[], node: TaskNode): boolean {
  return requested.some((text) => (parseTaskId(text)?.task ?? text) === node.task);
}
