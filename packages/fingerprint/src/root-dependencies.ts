import { ok, type BlobId, type InputSpec, type OutputSpec, type RelativePath } from '@tr/model';
import type { FileAnswer, FileIndex } from './files/file-index.js';
import type { FileRecord } from './inputs/input-collector.js';
import { untrackedOutputsOf } from './untracked-outputs.js';

/** A package that the root package depends on, near or far. */
export interface RootDependency {
  readonly directory: RelativePath;
  /** What its tasks write, whether they are part of the run or not. */
  readonly outputs: readonly OutputSpec[];
}

type RootFiles = Pick<FileIndex, 'inputsOf' | 'isTracked' | 'isRepository'>;

const EVERYTHING: InputSpec = { includeDefault: true, include: [], exclude: [] };
const NO_OUTPUTS: OutputSpec = { include: [], exclude: [] };

/**
 * The files of these packages, by path from the root: every package finds them in the root's `node_modules`, so that they count for
 * every task, as in Turborepo. As with a task's own, outputs that git does not track are left out: else a run would change the keys.
 */
export class RootDependencies {
  readonly #packages: readonly RootDependency[];
  readonly #files: RootFiles;
  readonly #outputTests = new Map<RelativePath, (name: string) => boolean>();
  /** The files of each package as they were last, and what was made of them: asked for once for each task. */
  #last: readonly FileRecord[] = [];
  #record: FileRecord = {};

  constructor(packages: readonly RootDependency[], files: RootFiles) {
    this.#packages = packages;
    this.#files = files;
  }

  async read(): Promise<FileAnswer> {
    const records: FileRecord[] = [];
    for (const { directory } of this.#packages) {
      const inputs = await this.#files.inputsOf(directory, EVERYTHING, NO_OUTPUTS);
      if (!inputs.ok) return inputs;
      records.push(inputs.value);
    }
    if (records.some((record, at) => record !== this.#last[at])) {
      // Pairs, as a plain assignment to `__proto__` would lose that file.
      this.#record = Object.fromEntries(
        this.#packages.flatMap((member, at) => this.#select(member, records[at] ?? {})),
      );
      this.#last = records;
    }
    return ok(this.#record);
  }

  #select(member: RootDependency, record: FileRecord): readonly [string, BlobId][] {
    const isOutput = this.#outputTestOf(member);
    return Object.entries(record)
      .filter(([name]) => !isOutput(name))
      .map(([name, id]) => [`${member.directory}/${name}`, id]);
  }

  #outputTestOf({ directory, outputs }: RootDependency): (name: string) => boolean {
    let test = this.#outputTests.get(directory);
    if (test === undefined) {
      const tests = this.#files.isRepository
        ? outputs.map((spec) => untrackedOutputsOf({ directory, definition: { outputs: spec } }, this.#files))
        : [];
      test = (name) => tests.some((isOutput) => isOutput(name));
      this.#outputTests.set(directory, test);
    }
    return test;
  }
}
