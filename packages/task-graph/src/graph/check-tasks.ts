import type { GraphFailure, TaskGraph, TaskNode } from '@tr/model';
import type { Draft } from './draft.js';
import type { Edges } from './find-cycles.js';
import { findCycles } from './find-cycles.js';
import type { TaskLookup } from './task-lookup.js';

/**
 * A task that never ends cannot be waited for; one without a command ends at once and can. Of the tasks that a run comes to:
 * what filters over tasks leave out is no trouble, and with `--parallel` nothing waits.
 */
export function findPersistentDependencies(
  { nodes }: Pick<TaskGraph, 'nodes'>,
  definitions: Pick<TaskLookup, 'position'>,
): readonly GraphFailure[] {
  const groups = new Map<string, { readonly task: TaskNode; readonly dependency: TaskNode; alike: number }>();
  for (const task of nodes.values()) {
    for (const id of task.dependencies) {
      const dependency = nodes.get(id);
      if (dependency?.definition.persistent !== true || dependency.command === undefined) continue;
      const key = `${task.task} ${dependency.task}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { task, dependency, alike: 0 });
      else group.alike += 1;
    }
  }
  return [...groups.values()].map(({ task, dependency, alike }) => ({
    code: 'graph/persistent-dependency',
    task: task.id,
    dependency: dependency.id,
    alike,
    at: definitions.position(task.package, task.task, findReference(task, dependency)),
  }));
}

/** Cycles among tasks. One mistake in a shared definition makes a cycle in every package: those are told once. */
export function findTaskCycles(
  drafts: readonly Draft[],
  edges: Edges,
  definitions: TaskLookup,
): readonly GraphFailure[] {
  const groups = new Map<string, { readonly cycle: readonly Draft[]; alike: number }>();
  for (const indexes of findCycles(edges)) {
    const cycle = indexes.flatMap((index) => drafts[index] ?? []);
    const key = cycle.map(({ task }) => task).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { cycle, alike: 0 });
    else group.alike += 1;
  }
  return [...groups.values()].map(({ cycle, alike }) => {
    const [first, second] = cycle;
    const reference = first && second && findReference(first, second);
    const at = first && definitions.position(first.package.name, first.task, reference);
    return { code: 'graph/cycle', tasks: cycle.map(({ id }) => id), alike, at };
  });
}

type Reference = Pick<TaskNode, 'id' | 'task' | 'definition'> & { readonly package: unknown };

/** The entry of `dependsOn` that makes an edge, as written. */
function findReference(from: Reference, to: Reference): string | undefined {
  const spellings = new Set([to.id, `^${to.task}`, `^${to.id}`, ...(from.package === to.package ? [to.task] : [])]);
  return from.definition.dependsOn.find((text) => spellings.has(text));
}
