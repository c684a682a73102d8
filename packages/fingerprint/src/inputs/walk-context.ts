import { readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { gitBlobId, type GitAlgorithm } from '@tr/hash';
import { isMissing, type BlobId, type RelativePath } from '@tr/model';
import type { FileIds } from '../files/file-ids.js';
import { unreadableInput } from '../files/fingerprint-error.js';
import { directoryOf, nameOf, type WorkTree } from '../files/work-tree.js';
import type { GitIndex } from '../git/git-index.js';
import type { InputCollector } from './input-collector.js';

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

/** Whether a walk is after this file or link. */
export function isWanted({ trackedBy }: WalkContext, path: RelativePath): boolean {
  return trackedBy === undefined || trackedBy.namesIn(directoryOf(path))?.has(nameOf(path)) === true;
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
