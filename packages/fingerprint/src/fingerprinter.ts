import {
  assertInvariant,
  fail,
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
import { isSpecialFile } from '@tr/quick';
import { join, posix } from 'node:path';
import { parseEnv } from 'node:util';
import { inferFramework, type Framework } from './environment/frameworks.js';
import {
  createTaskEnvironments,
  type GlobalEnvironment,
  type TaskEnvironment,
} from './environment/task-environment.js';
import { hasNoInputsAtStart, readDeferredInputs } from './deferred-inputs.js';
import type { FileAnswer, FileIndex } from './files/file-index.js';
import { readTextIfThere } from './git/git-config.js';
import type { FileRecord } from './inputs/input-collector.js';
import type { FingerprinterOptions } from './fingerprinter-options.js';
import { computeActionKey } from './record/action-key.js';
import { diffNames } from './record/diff-fingerprints.js';
import { joinPath } from './files/work-tree.js';
import { outputsOf, untrackedOutputsOf } from './untracked-outputs.js';
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
  readonly #tools: ToolOutputs;
  /** When the files of each were looked at. */
  readonly #moments = new WeakMap<TaskFingerprint, number>();
  readonly #frameworks = new Map<PackageName, Framework | undefined>();

  constructor(options: FingerprinterOptions) {
    this.#options = options;
    this.#environments = createTaskEnvironments(options);
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
    const files = await this.#filesOf(task, leftOut.value?.tasks);
    if (!files.ok) return files;
    const fromFiles = this.#readEnvFiles(task);
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
    const files = await this.#filesOf(task, leftOut?.ok === true ? leftOut.value?.tasks : undefined);
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
    const files = await this.#globalFiles();
    return files.ok ? ok({ files: files.value, environment: this.#environments.global }) : files;
  }

  inputsAtStart({ directory, definition }: TaskNode): Promise<FileAnswer> {
    if (hasNoInputsAtStart(definition.inputs)) return Promise.resolve(ok({}));
    return this.#options.files.inputsOf(directory, definition.inputs, definition.outputs);
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

  async #filesOf(task: TaskNode, leftOut: readonly TaskNode[] = []): Promise<Result<TaskFiles, FingerprintFailure>> {
    const { files } = this.#options;
    const inputs = await this.inputsAtStart(task);
    if (!inputs.ok) return inputs;
    const deferred = await readDeferredInputs(task, files, (id) => this.#options.nodeOf?.(id));
    if (!deferred.ok) return deferred;
    const envFiles = await this.#idsOfEnvFiles(task);
    if (!envFiles.ok) return envFiles;
    const globalFiles = await this.#globalFiles();
    if (!globalFiles.ok) return globalFiles;
    const leftOutputs = await this.#outputsOf(leftOut);
    if (!leftOutputs.ok) return leftOutputs;
    const lockfiles = this.#options.foreignLockfilesOf(task.package);
    const foreignLockfiles = lockfiles.length === 0 ? ok({}) : await files.idsOf(lockfiles);
    if (!foreignLockfiles.ok) return foreignLockfiles;
    const linked = this.#options.linkedPathsOf(task.package);
    const linkedFiles = linked.length === 0 ? ok({}) : await files.matching(linked, []);
    if (!linkedFiles.ok) return linkedFiles;
    const isPlain = task.definition.envFiles.length === 0 && task.definition.inputs.deferred === undefined;
    const all = isPlain ? inputs.value : { ...inputs.value, ...deferred.value.files, ...envFiles.value };
    return ok({
      replaced: deferred.value.replaced,
      inputs: this.#withoutOwnOutputs(task, all),
      globalFiles: leftOut.length === 0 ? globalFiles.value : { ...globalFiles.value, ...leftOutputs.value },
      foreignLockfiles: { ...foreignLockfiles.value, ...linkedFiles.value },
    });
  }

  /** What lies where these tasks write, by path from the root. */
  async #outputsOf(tasks: readonly TaskNode[]): Promise<Result<FileRecord, FingerprintFailure>> {
    // Pairs, as a plain assignment to `__proto__` would lose that file.
    const found: [string, FileRecord[string]][] = [];
    for (const { directory, definition } of tasks) {
      if (definition.outputs.include.length === 0) continue;
      const outputs = await this.#options.files.outputsOf(directory, definition.outputs);
      if (!outputs.ok) return outputs;
      for (const [path, id] of Object.entries(outputs.value)) found.push([posix.join(directory, path), id]);
    }
    return ok(Object.fromEntries(found));
  }

  /** By path relative to the package; files that are not there are absent. */
  async #idsOfEnvFiles({ directory, definition }: TaskNode): Promise<Result<FileRecord, FingerprintFailure>> {
    if (definition.envFiles.length === 0) return ok({});
    const paths = definition.envFiles.map((path) => [path, posix.join(directory, path)] as const);
    const ids = await this.#options.files.idsOf(paths.map(([, fromRoot]) => fromRoot));
    if (!ids.ok) return ids;
    return ok(
      Object.fromEntries(
        paths.flatMap(([path, fromRoot]) => {
          const id = ids.value[fromRoot];
          return id === undefined ? [] : [[path, id]];
        }),
      ),
    );
  }

  /** Variables of the task's env files, later files over earlier ones. */
  #readEnvFiles({ directory, definition }: TaskNode): Result<Readonly<Record<string, string>>, FingerprintFailure> {
    const variables: Record<string, string> = {};
    for (const path of definition.envFiles) {
      const absolute = join(this.#options.absoluteDirectory(directory), path);
      const text = readTextIfThere(absolute);
      if (text !== undefined) Object.assign(variables, parseEnv(text));
      // A named pipe has something else for everybody who reads it: no key can stand for that.
      else if (isSpecialFile(absolute))
        return fail({ code: 'fingerprint/unreadable-input', path: joinPath(directory, path), detail: 'not a file' });
    }
    return ok(variables);
  }

  /**
   * A task would miss because it ran if what it wrote were its input. Only what git does not track is left out: a tracked
   * file is a source, whatever `outputs` says; and without git nothing tells the two apart.
   */
  #withoutOwnOutputs(task: TaskNode, inputs: FileRecord): FileRecord {
    if (task.definition.outputs.include.length === 0 || !this.#options.files.isRepository) return inputs;
    const isOwnOutput = untrackedOutputsOf(task, this.#options.files);
    const names = Object.keys(inputs);
    if (!names.some(isOwnOutput)) return inputs;
    return Object.fromEntries(Object.entries(inputs).filter(([name]) => !isOwnOutput(name)));
  }

  #globalFiles(): ReturnType<FileIndex['matching']> {
    const { files, globalDependencies, wholeLockfiles } = this.#options;
    const include = globalDependencies.filter((pattern) => !pattern.startsWith('!'));
    const exclude = globalDependencies.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
    return files.matching([...include, ...wholeLockfiles, '.gitattributes'], exclude);
  }

  async #toolsOf(
    task: TaskNode,
    env: Readonly<Record<string, string>>,
  ): Promise<Result<Readonly<Record<string, string>>, FingerprintFailure>> {
    const outputs: [string, string][] = [];
    const cwd = this.#options.absoluteDirectory(task.directory);
    for (const command of sortedUnique(task.definition.tools)) {
      const output = await this.#tools.outputOf({ command, cwd, env });
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

interface TaskFiles {
  readonly replaced: ReadonlySet<TaskId>;
  readonly inputs: FileRecord;
  readonly globalFiles: FileRecord;
  readonly foreignLockfiles: FileRecord;
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
