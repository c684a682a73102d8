import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { RelativePath } from '@tr/model';
import { directoryOf, joinPath, type WorkTree } from '../files/work-tree.js';
import { readTextIfThere } from '../files/read-text.js';
import { isTrue, settingFile, userConfigDirectory, type GitConfig } from './git-config.js';
import type { Submodule } from './submodules.js';
import { parseIgnoreFile, type IgnoreFile, type IgnoreVerdict } from './ignore-file.js';

/** What {@link IgnoreRules} is given. */
export interface IgnoreRulesOptions {
  readonly workTree: WorkTree;
  /** Undefined without git: then `.gitignore` files count all the same, and `node_modules` is ignored. */
  readonly git:
    | {
        readonly config: () => GitConfig;
        readonly commonDir: string;
        readonly processEnv: Readonly<Record<string, string | undefined>>;
        /** Absolute native paths of the directories above the workspace up to the top of the work tree, top first. */
        readonly above: readonly string[];
        /** Path of the workspace root in the repository: `''` or ending in `/`. */
        readonly prefix: string;
      }
    | undefined;
  /** Repositories of their own in the workspace, by directory: what is said around them does not count in them. */
  readonly submodules: ReadonlyMap<RelativePath, Pick<Submodule, 'commonDir' | 'config'>>;
  /** Texts of `.gitignore` files that a sparse checkout leaves out, by directory. */
  readonly leftOut: ReadonlyMap<RelativePath, string>;
}

/**
 * Which untracked paths git leaves out: `.gitignore` files at every level, `info/exclude` and `core.excludesFile`, in
 * git's order of precedence (gitignore in its documentation). Nothing is read before the first question, and only the
 * files on the way to the path asked about.
 */
export class IgnoreRules {
  readonly #options: IgnoreRulesOptions;
  readonly #files = new Map<RelativePath, IgnoreFile | undefined>();
  readonly #directories = new Map<RelativePath, boolean>();
  #outer: readonly OuterFile[] | undefined;
  readonly #ofSubmodules = new Map<RelativePath, readonly OuterFile[]>();

  constructor(options: IgnoreRulesOptions) {
    this.#options = options;
  }

  /** Whether an untracked path is left out, by itself or with a directory above it. */
  isIgnored(path: RelativePath, isDirectory: boolean): boolean {
    if (this.#isInIgnoredDirectory(directoryOf(path))) return true;
    if (!isDirectory) return this.#verdict(path, false) === 'ignored';
    let ignored = this.#directories.get(path);
    if (ignored === undefined) this.#directories.set(path, (ignored = this.#verdict(path, true) === 'ignored'));
    return ignored;
  }

  #isInIgnoredDirectory(directory: RelativePath): boolean {
    return directory !== '' && !this.#options.submodules.has(directory) && this.isIgnored(directory, true);
  }

  /** The deepest file with an opinion decides. */
  #verdict(path: RelativePath, isDirectory: boolean): IgnoreVerdict {
    if (this.#options.git === undefined && isDirectory && path.endsWith('node_modules')) {
      if (path === 'node_modules' || path.endsWith('/node_modules')) return 'ignored';
    }
    for (let directory = directoryOf(path); ; directory = directoryOf(directory)) {
      const inner = directory === '' ? path : path.slice(directory.length + 1);
      const verdict = this.#fileIn(directory)?.verdict(inner, isDirectory);
      if (verdict !== undefined) return verdict;
      const submodule = this.#options.submodules.get(directory);
      if (submodule !== undefined) return verdictOf(this.#outerOf(directory, submodule), inner, isDirectory);
      if (directory === '') break;
    }
    this.#outer ??= this.#readOuter();
    return verdictOf(this.#outer, path, isDirectory);
  }

  #outerOf(
    directory: RelativePath,
    { commonDir, config }: Pick<Submodule, 'commonDir' | 'config'>,
  ): readonly OuterFile[] {
    let outer = this.#ofSubmodules.get(directory);
    if (outer === undefined) {
      const top = this.#options.workTree.absolute(directory);
      outer = this.#readFiles([
        { prefix: '', path: join(commonDir, 'info', 'exclude') },
        ...this.#listExcludesFiles({ config, top, prefix: '' }),
      ]);
      this.#ofSubmodules.set(directory, outer);
    }
    return outer;
  }

  #fileIn(directory: RelativePath): IgnoreFile | undefined {
    const known = this.#files.get(directory);
    if (known !== undefined || this.#files.has(directory)) return known;
    const { workTree, leftOut } = this.#options;
    const isThere = workTree.hasFile(directory, '.gitignore');
    const text = isThere
      ? readTextIfThere(workTree.absolute(joinPath(directory, '.gitignore')))
      : leftOut.get(directory);
    const file = text === undefined ? undefined : parseIgnoreFile(text, this.#ignoreCase());
    this.#files.set(directory, file);
    return file;
  }

  #ignoreCase(): boolean {
    return isTrue(this.#options.git?.config().get('core.ignorecase'));
  }

  /** Files outside the workspace, most important first, with what their paths have before ours. */
  #readOuter(): readonly OuterFile[] {
    const { git } = this.#options;
    if (git === undefined) return [];
    const names = git.prefix.split('/').slice(0, -1);
    const files = git.above.map((directory, depth): OuterSource => {
      return {
        prefix: names
          .slice(depth)
          .map((name) => `${name}/`)
          .join(''),
        path: join(directory, '.gitignore'),
      };
    });
    return this.#readFiles([
      // Git follows no link here, as in the workspace.
      ...files.reverse().filter(({ path }) => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true),
      { prefix: git.prefix, path: join(git.commonDir, 'info', 'exclude') },
      ...this.#listExcludesFiles({ ...git, top: git.above[0] ?? this.#options.workTree.root }),
    ]);
  }

  /** What the user has for every repository, or for the one with this configuration; one file at most. */
  #listExcludesFiles({ config, top, prefix }: ExcludesSetting): readonly OuterSource[] {
    const configured = config().get('core.excludesfile');
    const processEnv = this.#options.git?.processEnv ?? {};
    const userDirectory = userConfigDirectory(processEnv);
    const path =
      configured === undefined
        ? userDirectory && join(userDirectory, 'ignore')
        : settingFile(configured, top, processEnv);
    return path ? [{ prefix, path }] : [];
  }

  #readFiles(sources: readonly OuterSource[]): readonly OuterFile[] {
    return sources.flatMap(({ prefix, path }) => {
      const text = readTextIfThere(path);
      return text === undefined ? [] : [{ prefix, file: parseIgnoreFile(text, this.#ignoreCase()) }];
    });
  }
}

/** The first file with an opinion decides. */
function verdictOf(files: readonly OuterFile[], path: string, isDirectory: boolean): IgnoreVerdict {
  for (const { prefix, file } of files) {
    const verdict = file.verdict(prefix + path, isDirectory);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

interface ExcludesSetting {
  readonly config: () => GitConfig;
  /** Absolute native path of the top of the work tree. */
  readonly top: string;
  readonly prefix: string;
}

interface OuterSource {
  readonly prefix: string;
  readonly path: string;
}

interface OuterFile {
  readonly prefix: string;
  readonly file: IgnoreFile;
}
