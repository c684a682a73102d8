import type { RelativePath } from '@tr/model';
import { joinPath } from '../files/work-tree.js';
import type { GitIndex } from '../git/git-index.js';
import type { IgnoreRules } from '../git/ignore-rules.js';
import { Exclusions } from '../globs/exclusions.js';
import { everythingBelow, startOf, type Glob } from '../globs/glob.js';
import { GlobWalker } from './glob-walker.js';
import { linkTextId, toWorkspacePath, type WalkContext } from './walk-context.js';
import { relativeTo } from './relative-to.js';

/** What {@link walkDefault} is given besides the common context. */
export interface DefaultWalk {
  readonly index: GitIndex | undefined;
  readonly ignored: IgnoreRules;
  readonly exclusions: readonly Glob[];
}

const GIT_NAMES: ReadonlySet<string> = new Set(['.git']);

/**
 * The default inputs of a package: every file below its directory that git tracks or would track, nested packages,
 * repositories and checked-out submodules included. A link to a file is listed with the content it leads to, a link to
 * a directory as the text of the link and with every file below it, ignored ones too; a broken link is left out.
 */
export function walkDefault(context: WalkContext, walk: DefaultWalk): void {
  new DefaultWalker({ ...context, skippedNames: GIT_NAMES }, walk).enter(context.directory);
}

interface DirectoryState {
  readonly exclusions: Exclusions;
  /** True below a directory that an exclusion names: its files stay, its links do not. */
  readonly isCovered: boolean;
}

class DefaultWalker {
  readonly #context: WalkContext;
  readonly #walk: DefaultWalk;

  constructor(context: WalkContext, walk: DefaultWalk) {
    this.#context = context;
    this.#walk = walk;
  }

  enter(directory: RelativePath): void {
    this.#directory(directory, { exclusions: Exclusions.at(this.#walk.exclusions, directory), isCovered: false });
  }

  #directory(directory: RelativePath, { exclusions, isCovered }: DirectoryState): void {
    const listing = this.#context.workTree.list(directory);
    if (listing === undefined || exclusions.isEverything) return;
    this.#addFiles(directory, listing.files, exclusions);
    const ids = this.#context.files.in(directory);
    const { tracked } = ids;
    for (const name of listing.directories) {
      if (GIT_NAMES.has(name)) continue;
      const path = joinPath(directory, name);
      // An entry that is a directory on disk is a submodule.
      const isTracked = tracked !== undefined && (this.#walk.index?.hasDirectory(path) === true || tracked.has(name));
      if (isTracked || !this.#walk.ignored.isIgnored(path, true)) {
        const inner = exclusions.into(name);
        this.#directory(path, { exclusions: inner, isCovered: isCovered || inner.isMatch });
      }
    }
    if (!isCovered) for (const name of listing.links) this.#link(directory, name, exclusions);
    ids.release();
  }

  #addFiles(directory: RelativePath, names: readonly string[], exclusions: Exclusions): void {
    const { collector, files } = this.#context;
    const shown = relativeTo(this.#context.directory, directory);
    const prefix = shown === '' ? '' : `${shown}/`;
    const ids = files.in(directory);
    const nothingExcluded = exclusions.isEmpty;
    for (const [position, name] of names.entries()) {
      if (!nothingExcluded && exclusions.has(name)) continue;
      const isTracked = ids.tracked?.has(name) === true;
      if (!isTracked && (GIT_NAMES.has(name) || this.#walk.ignored.isIgnored(joinPath(directory, name), false)))
        continue;
      collector.add(prefix + name, ids.idAt(position, name));
    }
  }

  /** Exclusions count for links as for any other pattern walk: one that matches the link covers what is below it. */
  #link(directory: RelativePath, name: string, outer: Exclusions): void {
    const { workTree, files, collector } = this.#context;
    const exclusions = outer.into(name);
    if (exclusions.isMatch || exclusions.isEverything || GIT_NAMES.has(name)) return;
    const path = joinPath(directory, name);
    const isTracked = files.in(directory).tracked?.has(name) === true;
    if (!isTracked && this.#walk.ignored.isIgnored(path, false)) return;
    const target = workTree.target(path);
    const listed = relativeTo(this.#context.directory, path);
    if (target.kind === 'file') collector.add(listed, files.idOf(toWorkspacePath(workTree, target.real)));
    else if (target.kind === 'directory') {
      collector.add(listed, linkTextId(this.#context, path));
      const actual = toWorkspacePath(workTree, target.real);
      const glob = everythingBelow('');
      new GlobWalker(this.#context, glob).enter({ listed: path, actual, reached: startOf(glob), exclusions });
    }
  }
}
