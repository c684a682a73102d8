import { compareStrings, type RelativePath } from '@tr/model';
import { joinPath, type Listing } from '../files/work-tree.js';
import type { Exclusions } from '../globs/exclusions.js';
import { isMatch, matchesEverything, matchesFile, step, type Glob, type Reached } from '../globs/glob.js';
import { relativeTo } from './relative-to.js';
import { isWanted, linkTextId, toWorkspacePath, type WalkContext } from './walk-context.js';

/** A directory of a walk. */
export interface WalkedDirectory {
  /** Where it appears: workspace-relative, links on the way kept. */
  readonly listed: RelativePath;
  /** Where it is: workspace-relative, followed links resolved. */
  readonly actual: RelativePath;
  readonly reached: Reached;
  readonly exclusions: Exclusions;
}

/** One link-free stretch of the way down. Real absolute paths. */
interface Stretch {
  readonly start: string;
  readonly end: string;
}

/** Walks below one directory for one glob. */
export class GlobWalker {
  readonly #context: WalkContext;
  readonly #glob: Glob;
  /** Real directories that links led to: the second link to one is listed, not followed. */
  readonly #followed = new Set<string>();
  readonly #stretches: Stretch[] = [];
  /** Where the present stretch began: workspace-relative. */
  #stretchStart: RelativePath | undefined;

  constructor(context: WalkContext, glob: Glob) {
    this.#context = context;
    this.#glob = glob;
  }

  enter(at: WalkedDirectory): void {
    this.#stretchStart = at.actual;
    this.#walk(at);
  }

  #walk(at: WalkedDirectory): void {
    const listing = this.#context.workTree.list(at.actual);
    if (listing === undefined) return;
    this.#addFiles(at, listing.files);
    // Directories and links in one order: which of two links to one place is followed must not depend on the disk.
    for (const { name, isLink } of inOrder(listing)) {
      if (this.#context.skippedNames.has(name)) continue;
      if (isLink) {
        this.#walkLink(at, name);
        continue;
      }
      const next = this.#step(at, name);
      if (next === undefined || next.reached.length === 0) continue;
      const actual = joinPath(at.actual, name);
      if (this.#context.trackedBy?.hasDirectory(actual) !== false) this.#walk({ ...next, actual });
    }
  }

  #addFiles({ listed, actual, reached, exclusions }: WalkedDirectory, names: readonly string[]): void {
    if (names.length === 0) return;
    const { collector, directory, files, trackedBy } = this.#context;
    const shown = relativeTo(directory, listed);
    const prefix = shown === '' ? '' : `${shown}/`;
    const ids = files.in(actual);
    const everything = matchesEverything(this.#glob, reached);
    const nothingExcluded = exclusions.isEmpty;
    for (let position = 0; position < names.length; position++) {
      const name = names[position] ?? '';
      if (!everything && !matchesFile(this.#glob, reached, name)) continue;
      if (!nothingExcluded && exclusions.has(name)) continue;
      if (name === '.git' && this.#context.skippedNames.has(name)) continue;
      if (trackedBy !== undefined && ids.tracked?.has(name) !== true) continue;
      collector.add(prefix + name, ids.idAt(position, name));
    }
    ids.release();
  }

  /** Undefined when the exclusions cover the directory. */
  #step(at: WalkedDirectory, name: string): WalkedDirectory | undefined {
    const exclusions = at.exclusions.into(name);
    if (exclusions.isMatch || exclusions.isEverything) return undefined;
    return { ...at, listed: joinPath(at.listed, name), reached: step(this.#glob, at.reached, name), exclusions };
  }

  #walkLink(at: WalkedDirectory, name: string): void {
    const next = this.#step(at, name);
    if (next === undefined || next.reached.length === 0) return;
    const { workTree, files, collector, directory } = this.#context;
    const path = joinPath(at.actual, name);
    const target = workTree.target(path);
    const matches = isMatch(this.#glob, next.reached) && isWanted(this.#context, path);
    if (target.kind === 'file') {
      if (matches)
        collector.add(relativeTo(directory, next.listed), files.idOf(toWorkspacePath(workTree, target.real)));
    } else if (target.kind === 'directory') {
      this.#context.onFollow?.();
      if (!this.#follow(at, next, target.real) && matches) {
        collector.add(relativeTo(directory, next.listed), linkTextId(this.#context, path));
      }
    }
  }

  /** False when the link leads where the walk is or has been. */
  #follow(at: WalkedDirectory, next: WalkedDirectory, real: string): boolean {
    const { workTree } = this.#context;
    const start = this.#stretchStart;
    const from = start === undefined ? undefined : workTree.real(start);
    const end = workTree.real(at.actual);
    if (from === undefined || end === undefined) return true;
    this.#stretches.push({ start: from, end });
    const isBack = this.#followed.has(real) || this.#stretches.some((stretch) => isOnWay(stretch, real));
    if (!isBack) {
      this.#followed.add(real);
      this.#stretchStart = toWorkspacePath(workTree, real);
      this.#walk({ ...next, actual: this.#stretchStart });
      this.#stretchStart = start;
    }
    this.#stretches.pop();
    return !isBack;
  }
}

/** True when `real` is one of the directories passed through. */
function isOnWay({ start, end }: Stretch, real: string): boolean {
  return isWithin(start, real) && isWithin(real, end);
}

function isWithin(outer: string, inner: string): boolean {
  return (
    inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`) || inner.startsWith(`${outer}\\`)
  );
}

interface Child {
  readonly name: string;
  readonly isLink: boolean;
}

function inOrder({ directories, links }: Listing): readonly Child[] {
  const children = directories.map((name): Child => ({ name, isLink: false }));
  if (links.length === 0) return children;
  children.push(...links.map((name): Child => ({ name, isLink: true })));
  return children.sort((a, b) => compareStrings(a.name, b.name));
}
