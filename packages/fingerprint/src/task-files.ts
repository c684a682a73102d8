import { ok, type FingerprintFailure, type Result, type TaskId, type TaskNode } from '@tr/model';
import { posix } from 'node:path';
import { hasNoInputsAtStart, readDeferredInputs } from './deferred-inputs.js';
import type { FileAnswer } from './files/file-index.js';
import type { FingerprinterOptions } from './fingerprinter-options.js';
import type { FileRecord } from './inputs/input-collector.js';
import { RootDependencies } from './root-dependencies.js';
import { untrackedOutputsOf } from './untracked-outputs.js';

/** The files that decide what a task produces. */
export interface TaskFiles {
  readonly replaced: ReadonlySet<TaskId>;
  readonly inputs: FileRecord;
  readonly globalFiles: FileRecord;
  readonly foreignLockfiles: FileRecord;
}

/** Reads what counts for a task, and nothing else of its package. */
export class TaskFileReader {
  readonly #options: FingerprinterOptions;
  readonly #rootDependencies: RootDependencies;

  constructor(options: FingerprinterOptions) {
    this.#options = options;
    this.#rootDependencies = new RootDependencies(options.rootDependencies ?? [], options.files);
  }

  inputsAtStart({ directory, definition }: TaskNode): Promise<FileAnswer> {
    if (hasNoInputsAtStart(definition.inputs)) return Promise.resolve(ok({}));
    return this.#options.files.inputsOf(directory, definition.inputs, definition.outputs);
  }

  /** `leftOut`: tasks whose outputs count as they lie there. */
  async of(task: TaskNode, leftOut: readonly TaskNode[] = []): Promise<Result<TaskFiles, FingerprintFailure>> {
    const { files } = this.#options;
    const inputs = await this.inputsAtStart(task);
    if (!inputs.ok) return inputs;
    const deferred = await readDeferredInputs(task, files, (id) => this.#options.nodeOf?.(id));
    if (!deferred.ok) return deferred;
    const envFiles = await this.#idsOfEnvFiles(task);
    if (!envFiles.ok) return envFiles;
    const globalFiles = await this.global();
    if (!globalFiles.ok) return globalFiles;
    const rootFiles = await this.#rootDependencies.read();
    if (!rootFiles.ok) return rootFiles;
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
      globalFiles: join(globalFiles.value, rootFiles.value, leftOutputs.value),
      foreignLockfiles: { ...foreignLockfiles.value, ...linkedFiles.value },
    });
  }

  /** What counts for every task because the configuration says so, or a lockfile has to count whole. */
  global(): Promise<FileAnswer> {
    const { files, globalDependencies, wholeLockfiles } = this.#options;
    const include = globalDependencies.filter((pattern) => !pattern.startsWith('!'));
    const exclude = globalDependencies.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
    return files.matching([...include, ...wholeLockfiles, '.gitattributes'], exclude);
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
}

/** The first record itself where the others are empty, as they are in nearly every workspace. */
function join(first: FileRecord, ...others: readonly FileRecord[]): FileRecord {
  const rest = others.filter((record) => Object.keys(record).length > 0);
  return rest.reduce((joined, record) => ({ ...joined, ...record }), first);
}
