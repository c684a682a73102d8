import { compareStrings, joinPath, sorted, type TaskDefinition, type TaskNode } from '@tr/model';
import { shortKey } from '../run/headers.js';
import type { CachePrediction, DryRunEnvironment, DryRunPlan, DryRunTask, HashedVariables } from './dry-run-plan.js';

/*
 * The dry run in Turborepo's shape: its keys, in its order, with its rules for null. Observed in the output of
 * turbo 2.11. An object literal's order is the order printed.
 */

/** `command` of a task whose package has none. */
const NO_COMMAND = '<NONEXISTENT>';
/** `command` of a task its package took out with `"extends": false`. */
const OPTED_OUT = '<OPT OUT>';

/** Marks our hashes as ours; Turborepo prints a constant here too. */
const ROOT_KEY = 'tr';

/** The whole object. A single-package repository has no `packages`. */
export function toTurboShape(plan: DryRunPlan) {
  return {
    id: plan.id,
    version: '1',
    turboVersion: plan.version,
    monorepo: plan.kind === 'monorepo',
    globalCacheInputs: {
      rootKey: ROOT_KEY,
      files: sortKeys(plan.globalInputs.files),
      hashOfExternalDependencies: plan.globalInputs.externalDependenciesHash,
      hashOfInternalDependencies: '',
      environmentVariables: toEnvironmentVariables(plan.globalInputs.environment),
      engines: plan.globalInputs.engines === undefined ? null : sortKeys(plan.globalInputs.engines),
    },
    ...(plan.kind === 'monorepo' ? { packages: sorted(plan.packages.map(({ name }) => name)) } : {}),
    envMode: plan.envMode,
    frameworkInference: plan.frameworkInference,
    tasks: tasksInOrder(plan).map((task) => toTurboTask(task, plan)),
    user: '',
    scm: { type: 'git', sha: plan.scm?.sha ?? null, branch: plan.scm?.branch ?? null },
  };
}

/** Tasks as they are listed: by id. */
export function tasksInOrder(plan: DryRunPlan): DryRunTask[] {
  return [...plan.tasks].sort((a, b) => compareStrings(a.node.id, b.node.id));
}

/** `pkg#task`, or the bare task name in a single-package repository. */
export function toTurboTaskId(id: string, kind: DryRunPlan['kind']): string {
  return kind === 'single' ? id.slice(id.indexOf('#') + 1) : id;
}

/** Where Turborepo would keep the log, relative to the root. */
export function turboLogFile(node: TaskNode): string {
  return joinPath(node.directory, `.turbo/turbo-${node.task.replaceAll(':', '$colon$')}.log`);
}

/** What a task executes, or why it executes nothing. */
export function commandText({ command, isOptedOut }: TaskNode): string {
  return command ?? (isOptedOut === true ? OPTED_OUT : NO_COMMAND);
}

/** `NAME=<sha256>` per variable, sorted. */
export function variableLines(variables: HashedVariables): string[] {
  return sorted(Object.keys(variables)).map((name) => `${name}=${variables[name] ?? ''}`);
}

/** The definition as Turborepo resolves it: exclusions back among the inclusions, defaults filled in. */
export function toResolvedDefinition(definition: TaskDefinition) {
  return {
    outputs: withExclusions(definition.outputs),
    cache: definition.cache,
    dependsOn: sorted(definition.dependsOn),
    inputs: withExclusions(definition.inputs),
    outputLogs: definition.outputLogs,
    persistent: definition.persistent,
    interruptible: definition.interruptible,
    env: sorted(definition.env),
    passThroughEnv: definition.passThroughEnv === undefined ? null : sorted(definition.passThroughEnv),
    interactive: definition.interactive,
  };
}

/** Turborepo's words. */
const REASONS = {
  jit: 'Deferred because JIT hashing mode was used.',
  dependencyOutputs: 'Deferred because dependencyOutputs hashing mode was used.',
} as const;

function toHash({ key, deferredBy }: DryRunTask) {
  return deferredBy === undefined ? { hash: shortKey(key) } : { hash: null, hashReason: REASONS[deferredBy] };
}

function toTurboTask(task: DryRunTask, plan: DryRunPlan) {
  const { node } = task;
  const ids = (list: readonly string[]): string[] => sorted(list.map((id) => toTurboTaskId(id, plan.kind)));
  const monorepo = plan.kind === 'monorepo';
  return {
    taskId: toTurboTaskId(node.id, plan.kind),
    task: node.task,
    ...(monorepo ? { package: node.package } : {}),
    ...toHash(task),
    inputs: sortKeys(task.inputs),
    hashOfExternalDependencies: task.externalDependenciesHash,
    cache: toCacheStatus(task.prediction),
    command: commandText(node),
    cliArguments: [...plan.taskArguments],
    outputs: orNull(node.definition.outputs.include),
    excludedOutputs: orNull(node.definition.outputs.exclude),
    // Only a task that is cached has a log to replay.
    ...(node.definition.cache ? { logFile: turboLogFile(node) } : {}),
    ...(monorepo ? { directory: node.directory } : {}),
    dependencies: ids(node.dependencies),
    dependents: ids(node.dependents),
    // As written, unlike the edges.
    with: sorted(node.definition.with),
    resolvedTaskDefinition: toResolvedDefinition(node.definition),
    expandedOutputs: [],
    framework: task.framework,
    envMode: plan.envMode,
    environmentVariables: toEnvironmentVariables(task.environment),
  };
}

function toEnvironmentVariables(environment: DryRunEnvironment) {
  const { passThroughEnv, passthrough } = environment;
  return {
    specified: {
      env: sorted(environment.env),
      passThroughEnv: passThroughEnv === undefined ? null : sorted(passThroughEnv),
    },
    configured: variableLines(environment.configured),
    inferred: variableLines(environment.inferred),
    passthrough: passthrough === undefined ? null : variableLines(passthrough),
  };
}

function toCacheStatus(prediction: CachePrediction) {
  if (!prediction.hit) return { local: false, remote: false, status: 'MISS', timeSaved: 0 };
  return {
    local: prediction.tier === 'local',
    remote: prediction.tier === 'remote',
    status: 'HIT',
    source: prediction.tier === 'local' ? 'LOCAL' : 'REMOTE',
    timeSaved: Math.round(prediction.timeSavedMs),
  };
}

function withExclusions(globs: { readonly include: readonly string[]; readonly exclude: readonly string[] }): string[] {
  return sorted([...globs.include, ...globs.exclude.map((glob) => `!${glob}`)]);
}

/** Turborepo prints null, not an empty list, for outputs. */
function orNull(globs: readonly string[]): string[] | null {
  return globs.length === 0 ? null : sorted(globs);
}

/** Inputs come in order: then there is nothing to be made anew, for thousands of names. */
function sortKeys<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const names = Object.keys(record);
  if (names.every((name, at) => at === 0 || (names[at - 1] ?? '') < name)) return record;
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => compareStrings(a, b)));
}
