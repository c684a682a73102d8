import type { GraphFailure, PackageName } from '@tr/model';
import { ROOT_PACKAGE, findNearest, parseTaskId, sortedUnique, toTaskId } from '@tr/model';
import type { PackageScope } from '../filter/package-scope.js';
import type { TaskPlaces } from './describe-missing.js';
import { describeMissing } from './describe-missing.js';
import { findCommand } from './find-command.js';

/** A task of a package, by name. */
export interface PackageTask {
  readonly package: PackageName;
  readonly task: string;
}

/** Where a run starts. */
export interface EntryPoints {
  /** Sorted; the `packages` of the dry run. */
  readonly packagesInScope: readonly PackageName[];
  /** What is asked for, whether a definition applies or not; a task asked for twice is here twice. */
  readonly tasks: readonly PackageTask[];
  /** Requested tasks that do not exist: the other fields mean nothing then. */
  readonly failures: readonly GraphFailure[];
  readonly warnings: readonly GraphFailure[];
}

/** What entry points are found from. */
export interface EntryPointRequest extends TaskPlaces {
  /** Task names and `pkg#task`, as on the command line. */
  readonly requested: readonly string[];
  readonly scope: PackageScope;
  /**
   * Turborepo's future flag `strictTaskEntrypointSelection`: where any package has a command for a task, one without is
   * no entry point for it. Default false.
   */
  readonly strictEntryPoints?: boolean;
}

type RequestedTask = { readonly package: PackageName | undefined; readonly task: string };

/**
 * Every named task in every package in scope, script or not; and `pkg#task` as named.
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
  const wanted = tasks.flatMap(({ package: only, task }) =>
    (only === undefined ? placesOf(request, task, packagesInScope) : [only]).map((name) => ({ package: name, task })),
  );
  return { packagesInScope, tasks: wanted, failures, warnings };
}

function placesOf(
  { packages, definitions, strictEntryPoints }: EntryPointRequest,
  task: string,
  scope: readonly PackageName[],
): readonly PackageName[] {
  if (strictEntryPoints !== true) return scope;
  const hasCommand = (name: PackageName): boolean => {
    const definition = definitions.find(name, task);
    const owner = packages.get(name);
    if (definition === undefined || owner === undefined) return false;
    return findCommand({ package: owner, task, definition, isOptedOut: false }).command !== undefined;
  };
  return [...packages.keys()].some(hasCommand) ? scope.filter(hasCommand) : scope;
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

/** A task that every package has but not the root runs nothing there, and is no error (as in Turborepo). */
function isWarning(request: EntryPointRequest, wanted: RequestedTask): boolean {
  return wanted.package === ROOT_PACKAGE && request.kind === 'monorepo' && isEverywhere(request, wanted.task);
}

function checkRequested(request: EntryPointRequest, wanted: RequestedTask): GraphFailure | undefined {
  const { definitions, packages } = request;
  const origin = { requiredBy: undefined, at: undefined };
  if (wanted.package === undefined) {
    if (isAnywhere(request, wanted.task)) return undefined;
    const others = [...definitions.taskNames()].filter((name) => name !== wanted.task);
    const nearest = findLabelled(request, wanted.task) ?? findNearest(wanted.task, others);
    return { code: 'graph/unknown-task', task: wanted.task, nearest, ...origin };
  }
  const isDefined = packages.has(wanted.package) && definitions.findReached(wanted.package, wanted.task) !== undefined;
  return isDefined ? undefined : describeMissing(request, { package: wanted.package, task: wanted.task }, origin);
}

/** The id of a task written as the log shows it: `web:build`. Names of tasks may have a colon themselves. */
function findLabelled({ definitions, packages }: EntryPointRequest, text: string): string | undefined {
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    const [name, task] = [text.slice(0, colon) as PackageName, text.slice(colon + 1)];
    if (packages.has(name) && definitions.findReached(name, task) !== undefined) return toTaskId(name, task);
  }
  return undefined;
}

/** True when a package has the task, or all of them opted out of one that is there for everyone. */
function isAnywhere(request: EntryPointRequest, task: string): boolean {
  const { definitions, packages } = request;
  if (!definitions.isKnown(task)) return false;
  for (const name of packages.keys()) if (definitions.find(name, task) !== undefined) return true;
  return isEverywhere(request, task);
}

function isEverywhere({ definitions, packages }: EntryPointRequest, task: string): boolean {
  const members = [...packages.keys()].filter((name) => name !== ROOT_PACKAGE);
  return definitions.isKnown(task) && members.every((name) => definitions.findReached(name, task) !== undefined);
}
