import {
  parseTaskId,
  ROOT_PACKAGE,
  sortedUnique,
  toError,
  type Diagnostic,
  type PackageName,
  type SourcePosition,
  type TaskDefinition,
} from '@tr/model';
import type { TaskEntry } from '../parse/parsed-config.js';
import type { RootConfig } from '../resolve/root-config.js';
import type { TaskValue } from '../schema/config-schema.js';
import { checkOutputs, checkRootTasks, checkTask, depthOf } from './check-tasks.js';
import { createExtendsChains, type ChainLink, type ConfiguredPackage } from './extends-chain.js';
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
  /** Labels of a package, and of the tasks that it has. */
  readonly tagsOf: (packageName: PackageName) => {
    readonly own: readonly string[];
    readonly ofTasks: ReadonlySet<string>;
  };
  /** Task names without package, sorted. */
  readonly taskNames: () => readonly string[];
  /**
   * Where the entry `reference` of the task's `dependsOn` or `with` is written, which may be in a file it inherits from;
   * else where the task is defined: in its package's configuration when that says anything, else at the root.
   */
  readonly position: (packageName: PackageName, task: string, reference?: string) => SourcePosition | undefined;
  /** What is wrong between the files, beyond what each had on its own. */
  readonly diagnostics: readonly Diagnostic[];
}

/** How the repository is laid out. */
export interface TaskDefinitionsOptions {
  /** A repository of one package: its tasks are the root's, and `pkg#task` keys are errors. */
  readonly single: boolean;
}

/** Resolves task definitions on demand; `packages` includes `//`. */
export function createTaskDefinitions(
  root: RootConfig,
  packages: readonly ConfiguredPackage[],
  { single }: TaskDefinitionsOptions,
): TaskDefinitions {
  const byName = new Map<string, ConfiguredPackage>(packages.map((member) => [member.name, member]));
  const chains = createExtendsChains(byName);
  const resolve = createSharedResolver(root.globalInputs);

  const rootEntry = (name: PackageName, task: string): TaskEntry | undefined => {
    if (single) return root.tasks.get(task);
    return root.tasks.get(`${name}#${task}`) ?? (name === ROOT_PACKAGE ? undefined : root.tasks.get(task));
  };
  const entriesOf = (name: PackageName, task: string): readonly TaskEntry[] =>
    chains.chainOf(name).flatMap((link) => (link === '//' ? [] : (link.tasks.get(task) ?? [])));
  const merged = createMergeMemo((name, task) => {
    const rootTask = rootEntry(name, task);
    const entries = entriesOf(name, task);
    if (entries.length === 0) return rootTask?.value;
    if (rootTask === undefined && entries.every(({ value }) => isExclusion(value))) return undefined;
    return mergeChain(task, rootTask, chains.chainOf(name));
  });
  const define = (name: PackageName, task: string, value: TaskValue): TaskDefinition => {
    const member = byName.get(name);
    const hasCommand = value.command !== undefined || hasScript(member, task);
    return resolve(value, { depth: depthOf(member?.directory ?? ''), hasCommand });
  };

  const find = (name: PackageName, task: string): TaskDefinition | undefined => {
    const own = byName.get(name)?.config?.tasks.get(task);
    if (own !== undefined && isExclusion(own.value)) return undefined;
    const value = merged(name, task);
    return value === undefined ? undefined : define(name, task, value);
  };
  const isExcluded = (name: PackageName, task: string): boolean => byName.get(name)?.config?.tasks.has(task) === true;
  const names = collectNames(root, packages);
  return {
    find,
    findReached: (name, task) => find(name, task) ?? (isExcluded(name, task) ? define(name, task, NOTHING) : undefined),
    isKnown: (task) => {
      const id = parseTaskId(task);
      return id === undefined ? names.has(task) : find(id.package, id.task) !== undefined;
    },
    tagsOf: (name) => ({
      own: (name === ROOT_PACKAGE ? root.tags : byName.get(name)?.config?.tags) ?? [],
      ofTasks: new Set([...names].flatMap((task) => find(name, task)?.tags ?? [])),
    }),
    taskNames: () => sortedUnique(names),
    position: (name, task, reference) => {
      const nearestFirst = [...entriesOf(name, task).toReversed(), rootEntry(name, task)].filter(isDefined);
      const written = reference === undefined ? undefined : findReference(nearestFirst, reference);
      return written ?? nearestFirst[0]?.position();
    },
    diagnostics: [
      ...checkRootTasks(root, {
        packages: byName,
        single,
        isOverridden: (name, task) => entriesOf(name, task).length > 0,
      }),
      ...chains.failures.map(toError),
      ...packages.flatMap((member) => checkPackageTasks(member, merged, root.services)),
    ],
  };
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

/** Where the first of some entries names a task in `dependsOn` or `with`. */
function findReference(entries: readonly TaskEntry[], reference: string): SourcePosition | undefined {
  for (const entry of entries) {
    for (const key of ['dependsOn', 'with'] as const)
      if (entry.value[key]?.includes(reference) === true) return entry.position(key, reference);
  }
  return undefined;
}

/** A task about which nothing is said. */
const NOTHING: TaskValue = {};

/**
 * Puts everything a chain says about a task together. An exclusion on the way takes away what was before it, but a task
 * the root has stays one, as in Turborepo.
 */
function mergeChain(task: string, root: TaskEntry | undefined, chain: readonly ChainLink[]): TaskValue {
  return chain.reduce((base, link) => {
    const entry = link === '//' ? root : link.tasks.get(task);
    return entry === undefined ? base : mergeTask(base, entry.value);
  }, NOTHING);
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

interface Variant {
  readonly depth: number;
  readonly hasCommand: boolean;
}

/** One definition per written task and variant: a thousand packages at `packages/*` share one object. */
function createSharedResolver(globalInputs: readonly string[]): (task: TaskValue, variant: Variant) => TaskDefinition {
  const memo = new Map<TaskValue, Map<number, TaskDefinition>>();
  return (task, { depth, hasCommand }) => {
    const inputs = hasCommand ? globalInputs : [];
    let ofTask = memo.get(task);
    if (ofTask === undefined) memo.set(task, (ofTask = new Map()));
    const key = inputs.length === 0 ? -1 - depth : depth;
    let definition = ofTask.get(key);
    if (definition === undefined) ofTask.set(key, (definition = resolveTask(task, { depth, globalInputs: inputs })));
    return definition;
  };
}

/** An empty script is none. */
function hasScript(member: ConfiguredPackage | undefined, task: string): boolean {
  const { scripts } = member ?? {};
  return scripts === undefined || (Object.hasOwn(scripts, task) && scripts[task] !== '');
}

function collectNames(root: RootConfig, packages: readonly ConfiguredPackage[]): ReadonlySet<string> {
  const names = new Set([...root.tasks.keys()].map((key) => parseTaskId(key)?.task ?? key));
  for (const { config } of packages)
    for (const [task, { value }] of config?.tasks ?? []) if (!isExclusion(value)) names.add(task);
  return names;
}

function checkPackageTasks(
  { name, directory, config }: ConfiguredPackage,
  merged: Lookup,
  services: RootConfig['services'],
): readonly Diagnostic[] {
  if (config === undefined) return [];
  const { kind } = config.source;
  return [...config.tasks].flatMap(([task, entry]) => [
    ...checkTask(merged(name, task) ?? entry.value, entry, services),
    ...checkOutputs(entry.value, entry, { kind, depth: depthOf(directory) }),
  ]);
}
