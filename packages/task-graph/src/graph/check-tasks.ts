import type { GraphFailure } from '@tr/model';
import type { Draft } from './draft.js';
import { findCommand } from './find-command.js';
import type { Edges } from './find-cycles.js';
import { findCycles } from './find-cycles.js';
import type { TaskLookup } from './task-lookup.js';

/** A task that never ends cannot be a dependency; one without a command ends at once and can. */
export function findPersistentDependencies(drafts: readonly Draft[], definitions: TaskLookup): readonly GraphFailure[] {
  const groups = new Map<string, { readonly task: Draft; readonly dependency: Draft; alike: number }>();
  for (const task of drafts) {
    for (const dependency of task.dependencies) {
      if (!dependency.definition.persistent || findCommand(dependency).command === undefined) continue;
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
    at: definitions.position(task.package.name, task.task, findReference(task, dependency)),
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

/** The entry of `dependsOn` that makes an edge, as written. */
function findReference(from: Draft, to: Draft): string | undefined {
  const spellings = new Set([to.id, `^${to.task}`, `^${to.id}`, ...(from.package === to.package ? [to.task] : [])]);
  return from.definition.dependsOn.find((text) => spellings.has(text));
}
