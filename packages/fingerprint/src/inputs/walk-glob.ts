import { isMissing, type RelativePath } from '@tr/model';
import { unreadableInput } from '../files/fingerprint-error.js';
import { directoryOf, joinPath, nameOf } from '../files/work-tree.js';
import { Exclusions } from '../globs/exclusions.js';
import { everythingBelow, isMatch, onlyName, startOf, step, type Glob } from '../globs/glob.js';
import { GlobWalker } from './glob-walker.js';
import { relativeTo } from './relative-to.js';
import { isWanted, toWorkspacePath, type WalkContext } from './walk-context.js';

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

function isExcluded(exclusions: readonly Glob[], path: RelativePath): boolean {
  return Exclusions.at(exclusions, directoryOf(path)).has(nameOf(path));
}

/** Links are followed. */
function kindOf(context: WalkContext, path: RelativePath): 'file' | 'directory' | 'none' {
  const { workTree } = context;
  if (workTree.isExcluded(path)) return 'none';
  try {
    const kind = workTree.kindAt(path);
    if (kind === 'link') {
      context.onFollow?.();
      return workTree.target(path).kind;
    }
    return kind === undefined || kind === 'other' ? 'none' : kind;
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
  const kind = workTree.kindAt(path);
  if (kind === undefined || kind === 'directory') return undefined;
  const target = kind === 'link' ? workTree.target(path) : undefined;
  return target?.kind === 'directory' ? toWorkspacePath(workTree, target.real) : path;
}
