import type { GraphFailure, PackageName } from '@tr/model';
import { ROOT_PACKAGE, findNearest, parseTaskId, sortedUnique } from '@tr/model';
import type { PackageScope } from '../filter/package-scope.js';
import type { TaskPlaces } from './describe-missing.js';
import { describeMissing } from './describe-missing.js';

/** Where a run starts. */
export interface EntryPoints {
  /** Sorted; the `packages` of the dry run. */
  readonly packagesInScope: readonly PackageName[];
  /** A task asked for twice is here twice. */
  readonly tasks: readonly { readonly package: PackageName; readonly task: string }[];
  /** Requested tasks that do not exist: the other fields mean nothing then. */
  readonly failures: readonly GraphFailure[];
  readonly warnings: readonly GraphFailure[];
}

/** What entry points are found from. */
export interface EntryPointRequest extends TaskPlaces {
  /** Task names and `pkg#task`, as on the command line. */
  readonly requested: readonly string[];
  readonly scope: PackageScope;
}

type RequestedTask = { readonly package: PackageName | undefined; readonly task: string };

/**
 * Every named task in every package in scope that has a definition for it, script or not; and `pkg#task` as named.
 * The package of a `pkg#task` joins the scope; when nothing but such tasks narrows the run, it is the whole scope.
 */
export function findEntryPoints(request: EntryPointRequest): EntryPoints {
  const tasks = request.requested.map((text): RequestedTask => parseTaskId(text) ?? { package: undefined, task: text });
  const failures: GraphFailure[] = [];
  const warnings: GraphFailure[] = [];
  for (const task of tasks) {
    const failure = checkRequested(request, task);
    if (failure !== undefined) (isWarning(request, task) ? warnings : failures).push(failure);
  }
  const packagesInScope = findScope(request, tasks);
  const entries = tasks.flatMap(({ package: only, task }) =>
    (only === undefined ? packagesInScope : [only])
      .filter((name) => request.definitions.find(name, task) !== undefined)
      .map((name) => ({ package: name, task })),
  );
  return { packagesInScope, tasks: entries, failures, warnings };
}

function findScope(request: EntryPointRequest, tasks: readonly RequestedTask[]): readonly PackageName[] {
  const { scope, kind } = request;
  const named = tasks.flatMap((task) => task.package ?? []);
  const bare = tasks.filter((task) => task.package === undefined);
  if (scope.kind === 'whole' && bare.length === 0) return sortedUnique(named);
  const joinsRoot =
    kind === 'monorepo' &&
    scope.kind !== 'selection' &&
    bare.some(({ task }) => request.definitions.find(ROOT_PACKAGE, task) !== undefined);
  return sortedUnique([...scope.packages, ...named, ...(joinsRoot ? [ROOT_PACKAGE] : [])]);
}

/** A task of the root that is defined for packages only runs nothing, and is no error (as in Turborepo). */
function isWarning({ definitions, kind }: EntryPointRequest, wanted: RequestedTask): boolean {
  return wanted.package === ROOT_PACKAGE && kind === 'monorepo' && definitions.isKnown(wanted.task);
}

function checkRequested(request: EntryPointRequest, wanted: RequestedTask): GraphFailure | undefined {
  const { definitions, packages } = request;
  const origin = { requiredBy: undefined, at: undefined };
  if (wanted.package === undefined) {
    if (definitions.isKnown(wanted.task)) return undefined;
    const nearest = findNearest(wanted.task, definitions.taskNames());
    return { code: 'graph/unknown-task', task: wanted.task, nearest, ...origin };
  }
  const isDefined = packages.has(wanted.package) && definitions.findReached(wanted.package, wanted.task) !== undefined;
  return isDefined ? undefined : describeMissing(request, { package: wanted.package, task: wanted.task }, origin);
}
