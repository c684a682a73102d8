import { EXTENDS_MARKER } from '../formats/markers.js';
import type { TaskValue } from '../schema/config-schema.js';

/** Keys whose list may contain `$TURBO_EXTENDS$`. */
const LIST_KEYS = [
  'dependsOn',
  'with',
  'inputs',
  'outputs',
  'env',
  'passThroughEnv',
  'tags',
  'tools',
  'envFiles',
  'services',
] as const;

/**
 * Puts `over` on top of `base`, key by key: a key that is there replaces, except that `$TURBO_EXTENDS$` in a list stands
 * for the inherited entries. `"extends": false` inherits nothing. A variable that both name is there once, as in Turborepo.
 */
export function mergeTask(base: TaskValue, over: TaskValue): TaskValue {
  const inherited = over.extends === false ? {} : base;
  const merged: Record<string, unknown> = { ...inherited, ...over };
  for (const key of LIST_KEYS) {
    const list: readonly unknown[] | undefined = over[key];
    if (list === undefined || !list.includes(EXTENDS_MARKER)) continue;
    const all = [...(inherited[key] ?? []), ...list.filter((entry) => entry !== EXTENDS_MARKER)];
    merged[key] = key === 'env' || key === 'passThroughEnv' ? [...new Set(all)] : all;
  }
  return merged;
}

/** True for `"extends": false` with nothing else that could define a task: the package does not have it. */
export function isExclusion(task: TaskValue): boolean {
  return task.extends === false && Object.keys(task).every((key) => key === 'extends' || key === 'description');
}
