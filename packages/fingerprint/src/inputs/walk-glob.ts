import { lstatSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { gitBlobId, type GitAlgorithm } from '@tr/hash';
import { compareStrings, type BlobId, type RelativePath } from '@tr/model';
import type { FileIds } from '../files/file-ids.js';
import { isMissing, unreadableInput } from '../files/fingerprint-error.js';
import { directoryOf, joinPath, nameOf, type Listing, type WorkTree } from '../files/work-tree.js';
import type { GitIndex } from '../git/git-index.js';
import { Exclusions } from '../globs/exclusions.js';
import {
  everythingBelow,
  isMatch,
  matchesEverything,
  matchesFile,
  onlyName,
  startOf,
  step,
  type Glob,
  type Reached,
} from '../globs/glob.js';
import type { InputCollector } from './input-collector.js';
import { relativeTo } from './relative-to.js';

/** What every walk is given. */
export interface WalkContext {
  readonly workTree: WorkTree;
  readonly files: FileIds;
  readonly algorithm: GitAlgorithm;
  /** Paths are recorded relative to it. */
  readonly directory: RelativePath;
  readonly collector: InputCollector;
  /** Directory names that are never entered. */
  readonly skippedNames: ReadonlySet<string>;
  /** Called when a link to a directory is met. */
  readonly onFollow?: () => void;
  /** When given, only what it has is found, and only its directories are entered. */
  readonly trackedBy?: GitIndex;
}

/** How the exclusions count for a pattern that names one existing file. */
export type LiteralRule = 'literal-wins' | 'exclusion-wins';

/** One glob to walk. */
export interface GlobWalk {
  readonly glob: Glob;
  readonly exclusions: readonly Glob[];
  readonly literalRule: LiteralRule;
}

/**
 * Finds the files a glob matches, by walking from its fixed beginning; `.gitignore` does not count. Symbolic links to
 * directories are followed but not listed, except one that leads back into the walk or where the walk has been already:
 * that one is listed, as the text of the link.
 */
export function walkGlob(context: WalkContext, walk: GlobWalk): void {
  if (walk.glob.literal !== undefined) walkLiteral(context, walk, walk.glob.literal);
  else walkPattern(context, walk);
}

function walkLiteral(context: WalkContext, walk: GlobWalk, path: RelativePath): void {
  const kind = kindOf(context, path);
  if (kind === 'directory') {
    // A pattern that is the name of a directory stands for everything in it.
    walkPattern(context, { ...walk, glob: everythingBelow(path) });
  } else if (kind === 'file' && (walk.literalRule === 'literal-wins' || !isExcluded(walk.exclusions, path))) {
    if (isWanted(context, path)) addFile(context, path);
  }
}

function isWanted({ trackedBy }: WalkContext, path: RelativePath): boolean {
  return trackedBy === undefined || trackedBy.namesIn(directoryOf(path))?.has(nameOf(path)) === true;
}

function isExcluded(exclusions: readonly Glob[], path: RelativePath): boolean {
  return Exclusions.at(exclusions, directoryOf(path)).has(nameOf(path));
}

/** Links are followed. */
function kindOf(context: WalkContext, path: RelativePath): 'file' | 'directory' | 'none' {
  const { workTree } = context;
  if (workTree.isExcluded(path)) return 'none';
  try {
    const stat = lstatSync(workTree.absolute(path), { throwIfNoEntry: false });
    if (stat === undefined) return 'none';
    if (stat.isSymbolicLink()) {
      context.onFollow?.();
      return workTree.target(path).kind;
    }
    return stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : 'none';
  } catch (error) {
    if (isMissing(error)) return 'none';
    throw unreadableInput(path, error);
  }
}

/** Adds one file, or what a link to one leads to; nothing when it is not there. */
export function addFile(context: WalkContext, path: RelativePath): void {
  const { files, workTree, collector, directory } = context;
  const listed = relativeTo(directory, path);
  const id = files.idOf(path);
  if (id !== undefined) collector.add(listed, id);
  else {
    const target = workTree.target(path);
    if (target.kind === 'file') collector.add(listed, files.idOf(toWorkspacePath(workTree, target.real)));
  }
}

function walkPattern(context: WalkContext, { glob, exclusions }: GlobWalk): void {
  let reached = startOf(glob);
  let path = '';
  for (let name = onlyName(glob, reached); name !== undefined; name = onlyName(glob, reached)) {
    path = joinPath(path, name);
    reached = step(glob, reached, name);
  }
  const state = Exclusions.at(exclusions, path);
  const actual = actualStart(context, path);
  if (state.isMatch || state.isEverything || actual === undefined) return;
  // `file/**` matches the file itself.
  if (isMatch(glob, reached) && context.workTree.list(path) === undefined) {
    if (kindOf(context, path) === 'file' && isWanted(context, path)) addFile(context, path);
    return;
  }
  const walker = new GlobWalker(context, glob);
  walker.enter({ listed: path, actual, reached, exclusions: state });
}

/**
 * Where a walk of tracked files begins: in a directory the index knows, or in the one a link leads to. Undefined when
 * there can be none.
 */
function actualStart({ trackedBy, workTree }: WalkContext, path: RelativePath): RelativePath | undefined {
  if (trackedBy === undefined || trackedBy.hasDirectory(path)) return path;
  const stat = lstatSync(workTree.absolute(path), { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return undefined;
  const target = stat.isSymbolicLink() ? workTree.target(path) : undefined;
  return target?.kind === 'directory' ? toWorkspacePath(workTree, target.real) : path;
}

/** The blob id of a link's text: what git stores for a link. Undefined when it is gone. */
export function linkTextId(
  context: Pick<WalkContext, 'workTree' | 'algorithm'>,
  path: RelativePath,
): BlobId | undefined {
  try {
    const text = readlinkSync(context.workTree.absolute(path), { encoding: 'buffer' });
    return gitBlobId(text, context.algorithm);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadableInput(path, error);
  }
}

/** An absolute real path as a workspace-relative one, `..` in front when it lies outside. */
export function toWorkspacePath(workTree: WorkTree, real: string): RelativePath {
  const path = real.replaceAll('\\', '/');
  const root = workTree.root.replaceAll('\\', '/');
  if (path === root) return '';
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : posix.relative(root, path);
}

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
    for (const [position, name] of names.entries()) {
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
