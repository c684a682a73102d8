import {
  ROOT_PACKAGE,
  parseTaskId,
  sortedUnique,
  type Diagnostic,
  type PackageName,
  type SourcePosition,
  type TaskDefinition,
} from '@tr/model';
import type { TaskEntry } from '../parse/parsed-config.js';
import type { RootConfig } from '../resolve/root-config.js';
import type { TaskValue } from '../schema/config-schema.js';
import { checkOutputs, checkRootTasks, checkTask, depthOf } from './check-tasks.js';
import { createExtendsChains, type ConfiguredPackage } from './extends-chain.js';
import { isExclusion, mergeTask } from './merge-tasks.js';
import { resolveTask } from './resolve-task.js';

/** The definition of every task of every package. */
export interface TaskDefinitions {
  /** Undefined when the package does not have the task. Equal definitions are the same object where that is cheap. */
  readonly find: (packageName: PackageName, task: string) => TaskDefinition | undefined;
  /**
   * As `find`, for a task an edge leads to (`dependsOn`, `with`): a task its package excludes by `"extends": false` is
   * no entry point but still a node, with every setting at its default. Undefined = there is no such task.
   */
  readonly findReached: (packageName: PackageName, task: string) => TaskDefinition | undefined;
  /** True when any package has a task of this name; also answers for `pkg#task`. */
  readonly isKnown: (task: string) => boolean;
  /** Task names without package, sorted. */
  readonly taskNames: () => readonly string[];
  /** Where the task is defined: in its package's configuration when that says anything, else at the root. */
  readonly position: (packageName: PackageName, task: string) => SourcePosition | undefined;
  /** What is wrong between the files, beyond what each had on its own. */
  readonly diagnostics: readonly Diagnostic[];
}

/** How the repository is laid out. */
export interface TaskDefinitionsOptions {
  /** A repository of one package: its tasks are the root's, and `pkg#task` keys are errors. Default false. */
  readonly single?: boolean;
}

/** Resolves task definitions on demand; `packages` includes `//`. */
export function createTaskDefinitions(
  root: RootConfig,
  packages: readonly ConfiguredPackage[],
  { single = false }: TaskDefinitionsOptions = {},
): TaskDefinitions {
  const byName = new Map<string, ConfiguredPackage>(packages.map((member) => [member.name, member]));
  const chains = createExtendsChains(byName);
  const resolve = createSharedResolver(root.globalInputs);

  const rootEntry = (name: PackageName, task: string): TaskEntry | undefined => {
    if (single) return root.tasks.get(task);
    return root.tasks.get(`${name}#${task}`) ?? (name === ROOT_PACKAGE ? undefined : root.tasks.get(task));
  };
  const entriesOf = (name: PackageName, task: string): readonly TaskEntry[] =>
    chains.chainOf(name).flatMap(({ tasks }) => tasks.get(task) ?? []);
  const merged = createMergeMemo((name, task) => merge(rootEntry(name, task), entriesOf(name, task)));
  const define = (name: PackageName, value: TaskValue) => resolve(value, depthOf(byName.get(name)?.directory ?? ''));

  const find = (name: PackageName, task: string): TaskDefinition | undefined => {
    const own = byName.get(name)?.config?.tasks.get(task);
    if (own !== undefined && isExclusion(own.value)) return undefined;
    const value = merged(name, task);
    return value === undefined ? undefined : define(name, value);
  };
  const isExcluded = (name: PackageName, task: string): boolean => byName.get(name)?.config?.tasks.has(task) === true;
  const names = collectNames(root, packages);
  return {
    find,
    findReached: (name, task) => find(name, task) ?? (isExcluded(name, task) ? define(name, NOTHING) : undefined),
    isKnown: (task) => {
      const id = parseTaskId(task);
      return id === undefined ? names.has(task) : find(id.package, id.task) !== undefined;
    },
    taskNames: () => sortedUnique(names),
    position: (name, task) => (entriesOf(name, task).at(-1) ?? rootEntry(name, task))?.position(),
    diagnostics: [
      ...checkRootTasks(root, byName, single),
      ...chains.failures.map((failure) => ({ severity: 'error', failure }) as const),
      ...packages.flatMap((member) => checkPackageTasks(member, merged)),
    ],
  };
}

/** A task about which nothing is said. */
const NOTHING: TaskValue = {};

/**
 * The root's task with every package configuration of the chain on top; undefined when none of them defines it. An
 * exclusion further up the chain takes away what was before it but leaves a task that the root has, as in Turborepo.
 */
function merge(root: TaskEntry | undefined, entries: readonly TaskEntry[]): TaskValue | undefined {
  if (root === undefined && entries.every(({ value }) => isExclusion(value))) return undefined;
  return entries.reduce((base, { value }) => mergeTask(base, value), root?.value ?? NOTHING);
}

type Lookup = (name: PackageName, task: string) => TaskValue | undefined;

function createMergeMemo(compute: Lookup): Lookup {
  const memo = new Map<string, Map<string, TaskValue | undefined>>();
  return (name, task) => {
    let ofTask = memo.get(task);
    if (ofTask === undefined) memo.set(task, (ofTask = new Map()));
    if (!ofTask.has(name)) ofTask.set(name, compute(name, task));
    return ofTask.get(name);
  };
}

/** One definition per written task and depth: a thousand packages at `packages/*` share one object. */
function createSharedResolver(globalInputs: readonly string[]): (task: TaskValue, depth: number) => TaskDefinition {
  const memo = new Map<TaskValue, Map<number, TaskDefinition>>();
  return (task, depth) => {
    let ofTask = memo.get(task);
    if (ofTask === undefined) memo.set(task, (ofTask = new Map()));
    let definition = ofTask.get(depth);
    if (definition === undefined) ofTask.set(depth, (definition = resolveTask(task, { depth, globalInputs })));
    return definition;
  };
}

function collectNames(root: RootConfig, packages: readonly ConfiguredPackage[]): ReadonlySet<string> {
  const names = new Set([...root.tasks.keys()].map((key) => parseTaskId(key)?.task ?? key));
  for (const { config } of packages)
    for (const [task, { value }] of config?.tasks ?? []) if (!isExclusion(value)) names.add(task);
  return names;
}

function checkPackageTasks({ name, directory, config }: ConfiguredPackage, merged: Lookup): readonly Diagnostic[] {
  if (config === undefined) return [];
  const { kind } = config.source;
  return [...config.tasks].flatMap(([task, entry]) => [
    ...checkTask(merged(name, task) ?? entry.value, entry),
    ...checkOutputs(entry.value, entry, { kind, depth: depthOf(directory) }),
  ]);
}
