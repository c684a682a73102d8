import type { Package, PackageName } from '@tr/model';
import { toTaskId } from '@tr/model';
import type { Draft } from './draft.js';
import type { TaskLookup } from './task-lookup.js';

/** The nodes found so far, each made once. */
export interface Drafts {
  /** Makes the node if there is none; undefined when no definition applies to that package. */
  findOrCreate(packageName: PackageName, task: string): Draft | undefined;
  /** In the order they were made; grows while it is walked. */
  readonly all: readonly Draft[];
}

/** Two maps deep, by package and task: no id has to be put together just to look a node up. */
export function createDrafts(packages: ReadonlyMap<PackageName, Package>, definitions: TaskLookup): Drafts {
  const byPackage = new Map<PackageName, Map<string, Draft>>();
  const all: Draft[] = [];
  return {
    all,
    findOrCreate(packageName, task) {
      const known = byPackage.get(packageName)?.get(task);
      if (known !== undefined) return known;
      const owner = packages.get(packageName);
      const own = definitions.find(packageName, task);
      const definition = own ?? definitions.findReached(packageName, task);
      if (owner === undefined || definition === undefined) return undefined;
      const draft: Draft = {
        id: toTaskId(packageName, task),
        package: owner,
        task,
        definition,
        isOptedOut: own === undefined,
        isEntryPoint: false,
        dependencies: [],
        with: [],
        lastDependent: undefined,
        index: -1,
      };
      const tasks = byPackage.get(packageName) ?? new Map<string, Draft>();
      byPackage.set(packageName, tasks.set(task, draft));
      all.push(draft);
      return draft;
    },
  };
}
