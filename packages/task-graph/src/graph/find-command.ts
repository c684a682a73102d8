import type { TaskNode } from '@tr/model';
import type { Draft } from './draft.js';

/**
 * What a node executes: the script of the package, else the configured command. An empty script is no script; one of
 * blanks is.
 */
export function findCommand(
  draft: Pick<Draft, 'package' | 'task' | 'definition' | 'isOptedOut'>,
): Pick<TaskNode, 'command' | 'isScript'> {
  if (draft.isOptedOut) return { command: undefined, isScript: false };
  const { scripts } = draft.package;
  const script = Object.hasOwn(scripts, draft.task) ? scripts[draft.task] : undefined;
  if (script !== undefined && script !== '') return { command: script, isScript: true };
  return { command: draft.definition.command, isScript: false };
}
