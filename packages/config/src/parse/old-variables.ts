import { EXTENDS_MARKER } from '../formats/markers.js';
import { oldVariableOf } from '../formats/names.js';
import type { TaskValue } from '../schema/config-schema.js';

/**
 * Takes the variables out of `dependsOn` and adds them to `env`. A task that says nothing about `env` keeps what it
 * inherits.
 */
export function moveOldVariables(task: TaskValue): TaskValue {
  const { dependsOn = [], env = [EXTENDS_MARKER] } = task;
  const variables = dependsOn.flatMap((entry) => oldVariableOf(entry) ?? []);
  if (variables.length === 0) return task;
  const tasks = dependsOn.filter((entry) => oldVariableOf(entry) === undefined);
  return { ...task, dependsOn: tasks, env: [...env, ...variables] };
}
