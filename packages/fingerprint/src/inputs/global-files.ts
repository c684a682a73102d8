import type { RelativePath } from '@tr/model';
import { directoryOf } from '../files/work-tree.js';
import { Exclusions } from '../globs/exclusions.js';
import { compileGlob, stepAlong, type Glob } from '../globs/glob.js';
import { GlobWalker } from './glob-walker.js';
import type { WalkContext } from './walk-context.js';
import { addFile, walkGlob } from './walk-glob.js';

/** Globs from the root, exclusions without their `!`. */
export interface GlobalPatterns {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

interface CompiledGlob {
  readonly glob: Glob;
  readonly skippedNames: ReadonlySet<string>;
}

/** Directories of dependencies are not entered, unless a pattern asks for them by name. */
const NODE_MODULES: ReadonlySet<string> = new Set(['node_modules']);
const NOTHING: ReadonlySet<string> = new Set();

/**
 * The files that globs match from the root, whatever git ignores. `**\/.env` means a walk of the whole workspace, which
 * would cost more than most tasks if it were made again after each of them: after the first walk every known file is
 * looked at again, and new ones are searched for where a task has run.
 */
export class GlobalFiles {
  readonly #globs: readonly CompiledGlob[];
  readonly #exclusions: readonly Glob[];
  /** Directories of tasks that may have written since the last walk. */
  readonly #touched = new Set<RelativePath>();
  #known: readonly RelativePath[] | undefined;
  /** A link may show a directory at a second place: then only a whole walk is right. */
  #hasLinks = false;

  constructor({ include, exclude }: GlobalPatterns) {
    this.#exclusions = exclude.flatMap((pattern) => compileGlob('', pattern));
    this.#globs = include.flatMap((pattern) => {
      const skippedNames = pattern.includes('node_modules') ? NOTHING : NODE_MODULES;
      return compileGlob('', pattern).map((glob) => ({ glob, skippedNames }));
    });
  }

  /** Says that a task of this package has run. */
  touch(directory: RelativePath): void {
    this.#touched.add(directory);
  }

  /** Adds the files to the collector of the context, whose directory is the root; then call {@link remember}. */
  walk(context: WalkContext): void {
    const known = this.#known;
    if (known === undefined || this.#hasLinks || this.#touched.has('')) this.#walkAll(context);
    else {
      for (const path of known) if (!this.#isTouched(path)) addFile(context, path);
      for (const { glob, skippedNames } of this.#globs) this.#walkTouched({ ...context, skippedNames }, glob);
    }
  }

  /** Keeps what was found for the next time. */
  remember(paths: readonly RelativePath[]): void {
    this.#known = paths;
    this.#touched.clear();
  }

  #walkAll(context: WalkContext): void {
    this.#hasLinks = false;
    const onFollow = (): void => {
      this.#hasLinks = true;
    };
    for (const { glob, skippedNames } of this.#globs) {
      const walk = { glob, exclusions: this.#exclusions, literalRule: 'literal-wins' } as const;
      walkGlob({ ...context, skippedNames, onFollow }, walk);
    }
  }

  #walkTouched(context: WalkContext, glob: Glob): void {
    if (glob.literal !== undefined) {
      walkGlob(context, { glob, exclusions: this.#exclusions, literalRule: 'literal-wins' });
      return;
    }
    for (const directory of this.#touched) {
      const reached = stepAlong(glob, directory);
      const exclusions = Exclusions.at(this.#exclusions, directory);
      const isSkipped = directory.split('/').some((name) => context.skippedNames.has(name));
      if (reached.length === 0 || exclusions.isMatch || exclusions.isEverything || isSkipped) continue;
      new GlobWalker(context, glob).enter({ listed: directory, actual: directory, reached, exclusions });
    }
  }

  #isTouched(path: RelativePath): boolean {
    for (let directory = directoryOf(path); directory !== ''; directory = directoryOf(directory)) {
      if (this.#touched.has(directory)) return true;
    }
    return false;
  }
}
