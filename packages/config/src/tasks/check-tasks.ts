import {
  findNearestPackage,
  parseTaskId,
  ROOT_PACKAGE,
  toError,
  toWarning,
  type ConfigFailure,
  type Diagnostic,
  type PackageName,
  type ServiceDefinition,
} from '@tr/model';
import { withoutNegation } from '../formats/glob.js';
import { ROOT_MARKER } from '../formats/markers.js';
import type { TaskEntry } from '../parse/parsed-config.js';
import type { RootConfig } from '../resolve/root-config.js';
import type { ConfigKind, TaskValue } from '../schema/config-schema.js';
import { checkTaskServices } from './check-services.js';
import type { ConfiguredPackage } from './extends-chain.js';

/** What the checks of the root's tasks need to know. */
export interface RootTaskContext {
  readonly packages: ReadonlyMap<string, ConfiguredPackage>;
  readonly single: boolean;
  /** True when a package configuration has something on top of (or instead of) the root's task. */
  readonly isOverridden: (name: PackageName, task: string) => boolean;
}

/** Checks the task keys of the root against the packages there are. */
export function checkRootTasks(root: RootConfig, context: RootTaskContext): readonly Diagnostic[] {
  const { packages, single } = context;
  const members = [...packages.values()].filter(({ name }) => single || name !== ROOT_PACKAGE);
  const shallowest = Math.min(...members.map(({ directory }) => depthOf(directory)));
  return [...root.tasks].flatMap(([key, entry]) => {
    const id = parseTaskId(key);
    const users = id === undefined ? members : members.filter(({ name }) => name === id.package);
    const isUsedAsWritten =
      id?.package === ROOT_PACKAGE ||
      users.some(({ name }) => {
        const hasItsOwn = id === undefined && root.tasks.has(`${name}#${key}`);
        return !hasItsOwn && !context.isOverridden(name, id?.task ?? key);
      });
    const depth = id === undefined ? shallowest : depthOf(packages.get(id.package)?.directory ?? '');
    const misnamed = id === undefined ? undefined : checkPackageOf(key, entry, { id, packages, single });
    return [
      ...(misnamed === undefined ? [] : [misnamed]),
      ...(isUsedAsWritten ? checkTask(entry.value, entry, root.services) : []),
      ...checkOutputs(entry.value, entry, { kind: root.source.kind, depth }),
    ];
  });
}

interface PackageTask {
  readonly id: { readonly package: string; readonly task: string };
  readonly packages: ReadonlyMap<string, ConfiguredPackage>;
  readonly single: boolean;
}

/** A package that is not there is only a warning: Turborepo ignores the key, and packages come and go. */
function checkPackageOf(key: string, entry: TaskEntry, { id, packages, single }: PackageTask): Diagnostic | undefined {
  if (single) return toError({ code: 'config/package-task-in-single', at: entry.position(), key, task: id.task });
  if (id.package === ROOT_PACKAGE || packages.has(id.package)) return undefined;
  const nearest = findNearestPackage(id.package, packages.keys());
  const failure = { code: 'config/unknown-package', at: entry.position(), key, package: id.package, nearest } as const;
  return toWarning(failure);
}

/** Checks a task after merging; `entry` is where the blame goes. */
export function checkTask(
  task: TaskValue,
  entry: TaskEntry,
  services: ReadonlyMap<string, ServiceDefinition>,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [...checkTaskServices(task, entry, services)];
  if (task.interactive === true && task.cache !== false)
    found.push(conflict(entry, ['interactive', 'cache'], 'interactive-cached'));
  if (task.interruptible === true && task.persistent !== true)
    found.push(conflict(entry, ['interruptible', 'persistent'], 'interruptible-not-persistent'));
  return found;
}

/** Outputs that leave the workspace are never stored nor restored. Turborepo says so only while it runs. */
export function checkOutputs(
  task: TaskValue,
  entry: TaskEntry,
  { kind, depth }: { readonly kind: ConfigKind; readonly depth: number },
): readonly Diagnostic[] {
  return (task.outputs ?? [])
    .filter((glob) => leavesRoot(withoutNegation(glob), depth))
    .map((glob) => {
      const at = entry.position('outputs');
      const failure = { code: 'config/invalid-glob', at, key: 'outputs', glob, problem: 'outside-workspace' } as const;
      return { severity: kind === 'turbo' ? 'warning' : 'error', failure };
    });
}

/** Directories between the root and a package: 0 for the root. */
export function depthOf(directory: string): number {
  return directory === '' ? 0 : directory.split('/').length;
}

function leavesRoot(glob: string, depth: number): boolean {
  if (!glob.includes('..')) return false;
  let left = depth;
  for (const segment of glob.split('/')) {
    if (segment === '..') left -= 1;
    // After it the next `..` is already outside.
    else if (segment === ROOT_MARKER) left = 0;
    else if (segment !== '.' && segment !== '') left += 1;
    if (left < 0) return true;
  }
  return false;
}

type ConflictProblem = Extract<ConfigFailure, { readonly code: 'config/conflicting-keys' }>['problem'];

function conflict(
  entry: TaskEntry,
  keys: readonly [keyof TaskValue, keyof TaskValue],
  problem: ConflictProblem,
): Diagnostic {
  return toError({ code: 'config/conflicting-keys', at: entry.position(keys[0]), keys, problem });
}
