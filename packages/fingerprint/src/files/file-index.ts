import { lstatSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { openQuickStat, type QuickStat } from '@tr/quick';
import {
  errorCode,
  fail,
  ok,
  type FingerprintFailure,
  type GitLocation,
  type InputSpec,
  type OutputSpec,
  type RelativePath,
  type Result,
} from '@tr/model';
import { ConversionRules } from '../git/conversion-rules.js';
import { readGitConfig } from '../git/git-config.js';
import type { GitIndex } from '../git/git-index.js';
import type { GitRunner } from '../git/git-runner.js';
import { IgnoreRules } from '../git/ignore-rules.js';
import { readLeftOutRules } from '../git/left-out-rules.js';
import { openRepository, readAlgorithm, readIndex, realRoot, type Repository } from '../git/repository.js';
import { StoredForms } from '../git/stored-forms.js';
import { readSubmodules, withSubmodules, type Submodules } from '../git/submodules.js';
import { GlobalFiles } from '../inputs/global-files.js';
import { InputCollector, type FileRecord } from '../inputs/input-collector.js';
import { ALWAYS_INPUTS, NO_SKIPPED_NAMES, walkInputs, walkOutputs } from '../inputs/package-inputs.js';
import type { WalkContext } from '../inputs/walk-context.js';
import { addFile } from '../inputs/walk-glob.js';
import { markExecutables } from './executables.js';
import { FileIds } from './file-ids.js';
import { FingerprintError } from './fingerprint-error.js';
import { KeptAnswers, type Question } from './kept-answers.js';
import { StatMemo } from './stat-memo.js';
import { directoryOf, nameOf, WorkTree } from './work-tree.js';

/** What {@link createFileIndex} is given. */
export interface FileIndexOptions {
  /** Absolute native path of the workspace root. */
  readonly root: string;
  readonly git: GitLocation | undefined;
  /** The repository that a directory (absolute native path) lies in. */
  readonly locateGit: (directory: string) => GitLocation | undefined;
  /** The branch that is checked out; undefined on a detached HEAD. Asked where git's configuration depends on it. */
  readonly findBranch: (git: GitLocation) => string | undefined;
  /** Absolute native path of the stat memo, one per worktree; undefined remembers nothing. */
  readonly memoPath: string | undefined;
  readonly packageDirectories: readonly RelativePath[];
  /** Our own state, which is never an input. Workspace-relative. */
  readonly excludedDirectories: readonly RelativePath[];
  /** Decides where git's user configuration is. */
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Undefined: git cannot be run; what only it can answer is a failure. */
  readonly runGit: GitRunner | undefined;
  /** Whether the executable bit of every file counts, see {@link markExecutables}. */
  readonly countsModes: boolean;
}

/** Files answered as path -> blob id, or why not. */
export type FileAnswer = Result<FileRecord, FingerprintFailure>;

/** What the files of a workspace hold, by blob id. */
export interface FileIndex {
  /** Inputs of a task of the package in `directory`, relative to it; tracked files among its outputs are inputs too. */
  inputsOf(directory: RelativePath, inputs: InputSpec, outputs: OutputSpec): Promise<FileAnswer>;
  /**
   * What lies where a task of the package in `directory` writes, relative to it; whatever git ignores. Executables are marked: a key of
   * the task stands for their modes, and this stands for the key.
   */
  outputsOf(directory: RelativePath, outputs: OutputSpec): Promise<FileAnswer>;
  /** Files that globs match from the root, whatever git ignores; dependencies' directories are not entered. */
  matching(include: readonly string[], exclude: readonly string[]): Promise<FileAnswer>;
  /** Workspace-relative paths; those that are not there are left out. */
  idsOf(paths: readonly RelativePath[]): Promise<FileAnswer>;
  /** True when the workspace lies in a git work tree. */
  readonly isRepository: boolean;
  /** Grows when what was seen before is forgotten. */
  readonly moment: number;
  /** Whether git has written its index (a checkout, a stash, a commit) since this run has read it. */
  isIndexReplaced(): boolean;
  /** Whether a file has been written after that moment, as far as it was looked at; with the bytes it had before, perhaps. */
  isRewritten(path: RelativePath, moment: number): boolean;
  /** True when git's index has the path. False without git. */
  isTracked(path: RelativePath): boolean;
  /**
   * Says that a task of the package in `directory` may have written to the work tree: nothing seen before is trusted.
   * Only new files for {@link FileIndex.matching} are searched for in that directory alone.
   */
  forgetListings(directory: RelativePath): void;
  /**
   * Says that outputs of the package in `directory` were put in place below it, and nothing else was written. What was seen of inputs
   * that lie in another package alone is trusted further.
   */
  forgetOutputs(directory: RelativePath): void;
  /** Writes the stat memo. At the end of a run; never fails it. */
  save(): void;
}

/** Opens the files of a workspace. Git's index is read at the first question. */
export function createFileIndex(options: FileIndexOptions): FileIndex {
  return new WorkspaceFiles(options);
}

class WorkspaceFiles implements FileIndex {
  readonly #options: FileIndexOptions;
  readonly #workTree: WorkTree;
  readonly #memo: StatMemo;
  readonly #repository: Repository | undefined;
  readonly #quickStat: QuickStat | undefined;
  readonly #answers: KeptAnswers<Promise<FileAnswer>>;
  #isStale = false;
  readonly #globals = new Map<string, GlobalFiles>();
  #opening: Promise<FingerprintFailure | undefined> | undefined;
  #index: GitIndex | undefined;
  #submodules: Submodules = new Map();
  #leftOutRules: ReadonlyMap<RelativePath, string> = new Map();
  #moment = 0;
  /** When each file was last read. */
  readonly #readAt = new Map<RelativePath, number>();
  #tracked: { readonly directory: RelativePath; readonly names: ReadonlyMap<string, number> | undefined } | undefined;
  #files: FileIds;
  #ignored: IgnoreRules;

  constructor(options: FileIndexOptions) {
    this.#options = options;
    this.#workTree = new WorkTree({ root: realRoot(options.root), excludedDirectories: options.excludedDirectories });
    this.#quickStat = openQuickStat(this.#workTree.root);
    this.#memo = new StatMemo(options.memoPath);
    const { git } = options;
    this.#repository = git && openRepository({ ...options, git }, this.#workTree.root);
    this.#answers = new KeptAnswers(this.#workTree);
    this.#files = this.#createFileIds();
    this.#ignored = this.#createIgnoreRules();
  }

  inputsOf(directory: RelativePath, inputs: InputSpec, outputs: OutputSpec): Promise<FileAnswer> {
    const key = `inputs ${JSON.stringify([directory, inputs, outputs])}`;
    const patterns = [...ALWAYS_INPUTS, ...inputs.include, ...outputs.include];
    return this.#answer({ key, directory, patterns }, (context) => {
      walkInputs(context, inputs, { index: this.#index, ignored: this.#ignored });
      if (this.#index !== undefined) walkOutputs({ ...context, trackedBy: this.#index }, outputs);
    });
  }

  outputsOf(directory: RelativePath, outputs: OutputSpec): Promise<FileAnswer> {
    const key = `outputs ${JSON.stringify([directory, outputs])}`;
    return this.#answer({ key, directory, patterns: outputs.include, countsModes: true }, (context) =>
      walkOutputs(context, outputs),
    );
  }

  matching(include: readonly string[], exclude: readonly string[]): Promise<FileAnswer> {
    const key = `matching ${JSON.stringify([include, exclude])}`;
    let globals = this.#globals.get(key);
    if (globals === undefined) this.#globals.set(key, (globals = new GlobalFiles({ include, exclude })));
    const files = globals;
    return this.#answer({ key, directory: '' }, (context) => {
      files.walk(context);
      files.remember(context.collector.paths);
    });
  }

  idsOf(paths: readonly RelativePath[]): Promise<FileAnswer> {
    return this.#answer({ key: `ids ${JSON.stringify(paths)}`, directory: '' }, (context) => {
      for (const path of new Set(paths)) addFile(context, path);
    });
  }

  get isRepository(): boolean {
    return this.#repository !== undefined;
  }

  get moment(): number {
    return this.#moment;
  }

  isIndexReplaced(): boolean {
    if (this.#repository === undefined || this.#index === undefined) return false;
    return statSync(this.#repository.indexPath, { throwIfNoEntry: false })?.mtimeMs !== this.#index.time;
  }

  isRewritten(path: RelativePath, moment: number): boolean {
    return (this.#readAt.get(path) ?? 0) > moment;
  }

  isTracked(path: RelativePath): boolean {
    const directory = directoryOf(path);
    // Asked for many files of one directory in a row.
    if (this.#tracked?.directory !== directory) this.#tracked = { directory, names: this.#index?.namesIn(directory) };
    return this.#tracked.names?.has(nameOf(path)) === true;
  }

  forgetListings(directory: RelativePath): void {
    this.#answers.forget();
    this.#lookAgain(directory);
  }

  forgetOutputs(directory: RelativePath): void {
    this.#answers.touch(directory);
    this.#lookAgain(directory);
  }

  #lookAgain(directory: RelativePath): void {
    for (const globals of this.#globals.values()) globals.touch(directory);
    this.#moment += 1;
    this.#isStale = true;
  }

  /** Before the next walk, of which there are fewer than restores. */
  #forgetSeen(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#workTree.forget();
    this.#files = this.#createFileIds();
    this.#ignored = this.#createIgnoreRules();
  }

  save(): void {
    this.#memo.save((path) => isThere(this.#workTree.absolute(path)));
  }

  #answer(question: Question, walk: (context: WalkContext) => void): Promise<FileAnswer> {
    return this.#answers.find(question, (look) =>
      this.#walk(question, (context) => {
        const { linksMet } = this.#workTree;
        walk(context);
        look.metLinks = this.#workTree.linksMet !== linksMet;
      }),
    );
  }

  async #walk(
    { directory, countsModes = this.#options.countsModes }: Question,
    walk: (context: WalkContext) => void,
  ): Promise<FileAnswer> {
    this.#opening ??= this.#open();
    const failure = await this.#opening;
    if (failure !== undefined) return fail(failure);
    this.#forgetSeen();
    try {
      const collector = new InputCollector();
      const files = this.#files;
      const algorithm = this.#repository?.algorithm ?? 'sha1';
      walk({ workTree: this.#workTree, files, algorithm, directory, collector, skippedNames: NO_SKIPPED_NAMES });
      const found = await collector.finish(files);
      if (!countsModes) return ok(found);
      return ok(markExecutables(found, (path) => this.#workTree.absolute(posix.join(directory, path))));
    } catch (error) {
      if (error instanceof FingerprintError) return fail(error.failure);
      throw error;
    }
  }

  /** Reads git's index; the failure that keeps every answer from being given, if any. */
  async #open(): Promise<FingerprintFailure | undefined> {
    if (this.#repository === undefined) return undefined;
    const index = await readIndex(this.#repository, this.#options.runGit);
    if (!index.ok) return index.failure;
    this.#index = index.value;
    this.#tracked = undefined;
    const failure = await this.#openSubmodules();
    await this.#readLeftOutRules(this.#repository);
    this.#files = this.#createFileIds();
    return failure;
  }

  async #openSubmodules(): Promise<FingerprintFailure | undefined> {
    const index = this.#index;
    if (index === undefined) return undefined;
    const directories = [...index.submodules, ...this.#listOwnRepositories(index)];
    if (directories.length === 0) return undefined;
    const { findBranch, locateGit, processEnv, runGit } = this.#options;
    const submodules = await readSubmodules({
      directories,
      absolute: (directory) => this.#workTree.absolute(directory),
      locateGit,
      readIndex: (git) => {
        const algorithm = readAlgorithm(git.commonDir);
        const indexPath = join(git.gitDir, 'index');
        return readIndex({ indexPath, algorithm, prefix: '' }, runGit && ((args) => runGit(args, undefined, git)));
      },
      readConfig: (git) => readGitConfig({ git, processEnv, findBranch }),
    });
    if (!submodules.ok) return submodules.failure;
    this.#submodules = submodules.value;
    this.#index = withSubmodules(index, submodules.value);
    this.#ignored = this.#createIgnoreRules();
    return undefined;
  }

  /** Repositories that packages lie in and that git ignores around them: they are read as submodules are, or no file would count. */
  #listOwnRepositories(index: GitIndex): readonly RelativePath[] {
    const { locateGit, packageDirectories } = this.#options;
    const found = new Set<RelativePath>();
    for (const directory of packageDirectories) {
      if (directory === '' || index.hasDirectory(directory) || !this.#ignored.isIgnored(directory, true)) continue;
      const top = locateGit(this.#workTree.absolute(directory))?.workTree;
      const path = top && relative(this.#workTree.root, top).split(sep).join('/');
      if (path && path !== '..' && !path.startsWith('../')) found.add(path);
    }
    return [...found];
  }

  async #readLeftOutRules({ prefix }: Repository): Promise<void> {
    const { runGit } = this.#options;
    if (this.#index === undefined || runGit === undefined) return;
    this.#leftOutRules = await readLeftOutRules({ index: this.#index, workTree: this.#workTree, prefix, runGit });
    if (this.#leftOutRules.size > 0) this.#ignored = this.#createIgnoreRules();
  }

  #createIgnoreRules(): IgnoreRules {
    const git = this.#repository && { ...this.#repository, processEnv: this.#options.processEnv };
    const [submodules, leftOut] = [this.#submodules, this.#leftOutRules];
    return new IgnoreRules({ workTree: this.#workTree, git, submodules, leftOut });
  }

  #createFileIds(): FileIds {
    const repository = this.#repository;
    const { processEnv, runGit } = this.#options;
    return new FileIds({
      workTree: this.#workTree,
      index: this.#index,
      algorithm: repository?.algorithm ?? 'sha1',
      conversions: repository && new ConversionRules({ ...repository, workTree: this.#workTree, processEnv }),
      storedForms: new StoredForms(this.#workTree, repository),
      memo: this.#memo,
      runGit,
      quickStat: this.#quickStat,
      prefix: repository?.prefix ?? '',
      onRead: (path) => this.#readAt.set(path, this.#moment),
    });
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
