import {
  assertInvariant,
  FINGERPRINT_VERSION,
  ok,
  sorted,
  sortedUnique,
  type ActionKey,
  type Fingerprint,
  type FingerprintFailure,
  type PackageName,
  type Result,
  type ServiceFailure,
  type TaskFingerprint,
  type TaskId,
  type TaskNode,
} from '@tr/model';
import { posix } from 'node:path';
import { readEnvFiles } from './environment/env-files.js';
import { inferFramework, type Framework } from './environment/frameworks.js';
import {
  createTaskEnvironments,
  type GlobalEnvironment,
  type TaskEnvironment,
} from './environment/task-environment.js';
import type { FileAnswer } from './files/file-index.js';
import type { FileRecord } from './inputs/input-collector.js';
import type { FingerprinterOptions } from './fingerprinter-options.js';
import { computeActionKey } from './record/action-key.js';
import { diffNames } from './record/diff-fingerprints.js';
import { outputsOf, untrackedOutputsOf } from './untracked-outputs.js';
import { TaskFileReader } from './task-files.js';
import { ToolOutputs } from './tool-outputs.js';

/** What counts for every task. */
export interface GlobalRecord {
  readonly files: FileRecord;
  readonly environment: GlobalEnvironment;
}

/** Computes the keys of one run. Satisfies the runner's port of the same name. */
export interface TaskFingerprinter {
  /** `dependencyKeys` has the key of every direct dependency. */
  compute(
    task: TaskNode,
    dependencyKeys: ReadonlyMap<TaskId, ActionKey>,
  ): Promise<Result<TaskFingerprint, FingerprintFailure | ServiceFailure>>;
  /**
   * Inputs whose content is no longer what `before` recorded, sorted; empty when all is as it was. Looks at every file
   * again. What git wrote meanwhile counts even if it has come back to what it was (another branch for a while, a stash).
   * Files that the task itself wrote and git does not track are not counted, as they are its outputs.
   */
  findChangedInputs(task: TaskNode, before: TaskFingerprint): Promise<readonly string[]>;
  /** Says that `task` has written to the work tree, so that nothing seen earlier is trusted. */
  forgetListings(task: TaskNode): void;
  /** Says that outputs of `task` were put in place, and nothing else was written. */
  forgetOutputs(task: TaskNode): void;
  /** For the dry run. */
  global(): Promise<Result<GlobalRecord, FingerprintFailure>>;
  /** For the dry run: inputs that do not wait for dependencies, by path relative to the package. */
  inputsAtStart(task: TaskNode): Promise<FileAnswer>;
  /** For the dry run: variables by where they come from. */
  environmentOf(task: TaskNode): TaskEnvironment;
  /** For the dry run: undefined when none is inferred. */
  frameworkOf(packageName: PackageName): Framework | undefined;
}

/** Creates the fingerprinter of a run. Does nothing before the first question. */
export function createFingerprinter(options: FingerprinterOptions): TaskFingerprinter {
  return new RunFingerprinter(options);
}

class RunFingerprinter implements TaskFingerprinter {
  readonly #options: FingerprinterOptions;
  readonly #environments: ReturnType<typeof createTaskEnvironments>;
  readonly #files: TaskFileReader;
  readonly #tools: ToolOutputs;
  /** When the files of each were looked at. */
  readonly #moments = new WeakMap<TaskFingerprint, number>();
  readonly #frameworks = new Map<PackageName, Framework | undefined>();

  constructor(options: FingerprinterOptions) {
    this.#options = options;
    this.#environments = createTaskEnvironments(options);
    this.#files = new TaskFileReader(options);
    this.#tools = new ToolOutputs(options.runTool);
  }

  async compute(
    task: TaskNode,
    dependencyKeys: ReadonlyMap<TaskId, ActionKey>,
  ): Promise<Result<TaskFingerprint, FingerprintFailure | ServiceFailure>> {
    const environment = this.environmentOf(task);
    const leftOut = (await this.#options.leftOutOf?.(task)) ?? ok(undefined);
    if (!leftOut.ok) return leftOut;
    const { moment } = this.#options.files;
    const files = await this.#files.of(task, leftOut.value?.tasks);
    if (!files.ok) return files;
    const fromFiles = readEnvFiles(task, this.#options.absoluteDirectory);
    if (!fromFiles.ok) return fromFiles;
    const variables = { ...fromFiles.value, ...environment.process };
    const tools = await this.#toolsOf(task, variables);
    if (!tools.ok) return tools;
    const services = await this.#servicesOf(task);
    if (!services.ok) return services;
    const externalClosure = this.#options.closureOf(task.package);
    const { definition } = task;
    const { engines, envMode, globalPassThroughEnv } = this.#options;
    const launch = this.#options.launchOf?.(task);
    const fingerprint: Fingerprint = {
      formatVersion: FINGERPRINT_VERSION,
      task: task.id,
      directory: task.directory,
      commands: this.#options.commandsOf(task),
      arguments: this.#options.argumentsOf(task),
      inputs: files.value.inputs,
      outputs: { include: sorted(definition.outputs.include), exclude: sorted(definition.outputs.exclude) },
      env: environment.hashed,
      envMode,
      passThroughEnv: sortedUnique([...(globalPassThroughEnv ?? []), ...(definition.passThroughEnv ?? [])]),
      tools: tools.value,
      globalFiles: files.value.globalFiles,
      globalEnv: this.#environments.global.hashed,
      dependencies: keysOf(task, dependencyKeys, { leftOut: leftOut.value?.keys, replaced: files.value.replaced }),
      externalClosure: externalClosure?.digest,
      foreignLockfiles: files.value.foreignLockfiles,
      engines: engines ?? {},
      ...(definition.envFiles.length > 0 && { envFiles: definition.envFiles }),
      ...(launch !== undefined && { launch }),
      ...(definition.services.length > 0 && { services: services.value }),
      ...(definition.workers !== undefined && { workers: definition.workers }),
      ...(definition.snapshot !== undefined && { snapshot: definition.snapshot }),
    };
    const key = computeActionKey(fingerprint);
    const computed: TaskFingerprint = { task: task.id, key, fingerprint, externalClosure, environment: variables };
    this.#moments.set(computed, moment);
    return ok(computed);
  }

  async findChangedInputs(task: TaskNode, before: TaskFingerprint): Promise<readonly string[]> {
    this.#options.files.forgetListings(task.directory);
    const leftOut = await this.#options.leftOutOf?.(task);
    const files = await this.#files.of(task, leftOut?.ok === true ? leftOut.value?.tasks : undefined);
    // What can no longer be read is no longer what it was.
    if (!files.ok) return [files.failure.code === 'fingerprint/unreadable-input' ? files.failure.path : task.directory];
    const { inputs, globalFiles, foreignLockfiles } = before.fingerprint;
    const lockfile = this.#options.findChangedLockfile?.();
    return sortedUnique([
      ...this.#changedByOthers(task, inputs, files.value.inputs),
      ...changedNames(globalFiles, files.value.globalFiles),
      ...changedNames(foreignLockfiles, files.value.foreignLockfiles),
      ...(lockfile === undefined ? [] : [lockfile]),
      ...this.#rewrittenByGit(task, before),
    ]);
  }

  forgetListings(task: TaskNode): void {
    this.#options.files.forgetListings(task.directory);
  }

  forgetOutputs({ directory, definition }: TaskNode): void {
    const { files } = this.#options;
    if (definition.outputs.include.some((pattern) => pattern.includes('..'))) files.forgetListings(directory);
    else files.forgetOutputs(directory);
  }

  async global(): Promise<Result<GlobalRecord, FingerprintFailure>> {
    const files = await this.#files.global();
    return files.ok ? ok({ files: files.value, environment: this.#environments.global }) : files;
  }

  inputsAtStart(task: TaskNode): Promise<FileAnswer> {
    return this.#files.inputsAtStart(task);
  }

  environmentOf(task: TaskNode): TaskEnvironment {
    return this.#environments.of(task.definition, this.frameworkOf(task.package)?.env);
  }

  frameworkOf(packageName: PackageName): Framework | undefined {
    if (!this.#options.frameworkInference) return undefined;
    if (!this.#frameworks.has(packageName)) {
      const dependencies = this.#options.externalDependenciesOf(packageName);
      this.#frameworks.set(packageName, inferFramework(dependencies, this.#options.processEnv));
    }
    return this.#frameworks.get(packageName);
  }

  async #toolsOf(
    task: TaskNode,
    env: Readonly<Record<string, string>>,
  ): Promise<Result<Readonly<Record<string, string>>, FingerprintFailure>> {
    if (task.definition.tools.length === 0) return ok({});
    const outputs: [string, string][] = [];
    const cwd = this.#options.absoluteDirectory(task.directory);
    for (const command of sortedUnique(task.definition.tools)) {
      const output = await this.#tools.outputOf({ task: task.id, command, cwd, env });
      if (!output.ok) return output;
      outputs.push([command, output.value]);
    }
    return ok(Object.fromEntries(outputs));
  }

  async #servicesOf(task: TaskNode): Promise<Result<Readonly<Record<string, string>>, ServiceFailure>> {
    if (task.definition.services.length === 0) return ok({});
    return (await this.#options.describeServices?.(task)) ?? ok({});
  }

  /** Inputs that were written since, while git was at work. A task may write its outputs, git or not. */
  #rewrittenByGit(task: TaskNode, before: TaskFingerprint): readonly string[] {
    const { files } = this.#options;
    if (!files.isIndexReplaced()) return [];
    const moment = this.#moments.get(before) ?? files.moment;
    const isOutput = outputsOf(task);
    const { inputs, globalFiles } = before.fingerprint;
    return [
      ...Object.keys(inputs).filter(
        (name) => !isOutput(name) && files.isRewritten(posix.join(task.directory, name), moment),
      ),
      ...Object.keys(globalFiles).filter((path) => files.isRewritten(path, moment)),
    ];
  }

  /** Changes that the task's own outputs explain are not counted, unless they are in files git tracks. */
  #changedByOthers(task: TaskNode, before: FileRecord, after: FileRecord): readonly string[] {
    const isOwnOutput = untrackedOutputsOf(task, this.#options.files);
    const { added, removed, modified } = diffNames(before, after);
    // Without git nothing says that a file which was there before is not a source: only new ones are let pass.
    const hasGit = this.#options.files.isRepository;
    return [
      ...added.filter((name) => !isOwnOutput(name)),
      ...[...removed, ...modified].filter((name) => !hasGit || !isOwnOutput(name)),
    ];
  }
}

function changedNames(before: FileRecord, after: FileRecord): readonly string[] {
  const { added, removed, modified } = diffNames(before, after);
  return [...added, ...removed, ...modified];
}

/** Keys of the direct dependencies but those that other inputs stand for, and of what was left out; sorted by task. */
function keysOf(
  task: TaskNode,
  keys: ReadonlyMap<TaskId, ActionKey>,
  {
    leftOut = new Map(),
    replaced,
  }: { readonly leftOut: ReadonlyMap<TaskId, ActionKey> | undefined; readonly replaced: ReadonlySet<TaskId> },
): Readonly<Record<TaskId, ActionKey>> {
  const counted = task.dependencies.filter((id) => !replaced.has(id));
  const pairs = sortedUnique([...counted, ...leftOut.keys()]).map((id): [TaskId, ActionKey] => {
    const key = keys.get(id) ?? leftOut.get(id);
    assertInvariant(key !== undefined, `no key of ${id}, which ${task.id} depends on`);
    return [id, key];
  });
  return Object.fromEntries(pairs);
}
