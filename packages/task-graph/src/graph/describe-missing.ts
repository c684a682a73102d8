import type { GraphFailure, Package, PackageName, SourcePosition } from '@tr/model';
import { ROOT_PACKAGE, findNearest, findNearestPackage, toTaskId } from '@tr/model';
import type { TaskLookup } from './task-lookup.js';

/** Where tasks are looked for. */
export interface TaskPlaces {
  readonly packages: ReadonlyMap<PackageName, Package>;
  readonly kind: 'monorepo' | 'single';
  readonly definitions: TaskLookup;
}

/** Who asked for a task; both undefined for the command line. */
export interface TaskOrigin {
  readonly requiredBy: string | undefined;
  readonly at: SourcePosition | undefined;
}

/** Why `task` of a package cannot be found: no such package, not declared for the root, or no such task there. */
export function describeMissing(
  { packages, kind, definitions }: TaskPlaces,
  wanted: { readonly package: PackageName; readonly task: string },
  origin: TaskOrigin,
): GraphFailure {
  const task = toTaskId(wanted.package, wanted.task);
  if (!packages.has(wanted.package)) {
    const nearest = findNearestPackage(wanted.package, packages.keys());
    return { code: 'graph/unknown-package', package: wanted.package, task, nearest, ...origin };
  }
  if (wanted.package === ROOT_PACKAGE && kind === 'monorepo') {
    return { code: 'graph/undeclared-root-task', task, ...origin };
  }
  const own = [...definitions.taskNames()].filter((name) => definitions.find(wanted.package, name) !== undefined);
  return { code: 'graph/unknown-task', task, nearest: findNearest(wanted.task, own), ...origin };
}
