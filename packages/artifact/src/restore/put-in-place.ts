import { dirname } from 'node:path';
import { errorCode, type RelativePath } from '@tr/model';
import type { Disk } from '@tr/store';
import type { RestorePlan } from './plan-restore.js';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Moves staged outputs to where they belong and removes what the plan says. Every file appears by a rename, a whole
 * new directory by one rename, so that whoever reads sees an old or a new output, never half of one, and two processes
 * doing this at once cannot damage a file. Throws errors of the operating system.
 * Returns the new directories that were moved as a whole, from the root: the stamps of the files in them are as they were.
 */
export function putInPlace(request: {
  readonly disk: Disk;
  readonly root: string;
  /** The staged tree, and the directory of the workspace that it stands for. */
  readonly staging: string;
  readonly base: RelativePath;
  readonly plan: RestorePlan;
}): ReadonlySet<RelativePath> {
  const { disk, root, staging, base, plan } = request;
  const moved = new Set<RelativePath>();
  const noteMoved = (directory: string): void => void moved.add(directory.slice(root.length + 1));
  for (const path of plan.obstacles) remove(disk, root, path);
  if (plan.writes.length > 0) merge(disk, { from: staging, to: base === '' ? root : `${root}/${base}` }, noteMoved);
  for (const path of plan.removals) remove(disk, root, path);
  return moved;
}

function merge(
  disk: Disk,
  { from, to }: { readonly from: string; readonly to: string },
  noteMoved: (directory: string) => void,
): void {
  for (const entry of disk.readDirectory(from)) {
    const source = `${from}/${entry.name}`;
    const target = `${to}/${entry.name}`;
    if (!entry.isDirectory()) {
      moveFile(disk, source, target);
      continue;
    }
    const there = disk.lstat(target);
    if (there === undefined && moveDirectory(disk, source, target)) {
      noteMoved(target);
      continue;
    }
    // Looked at again right before it is entered: never through a link.
    if (disk.lstat(target)?.isDirectory() !== true) disk.makeDirectory(target);
    if (disk.lstat(target)?.isDirectory() !== true) throw new NotADirectoryError(target);
    merge(disk, { from: source, to: target }, noteMoved);
  }
}

/** False when somebody else made the directory meanwhile, or it lies on another file system. */
function moveDirectory(disk: Disk, from: string, to: string): boolean {
  try {
    disk.rename(from, to);
    return true;
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EXDEV', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
    return false;
  }
}

function moveFile(disk: Disk, from: string, to: string): void {
  try {
    disk.rename(from, to);
  } catch (error) {
    if (errorCode(error) === 'EXDEV') return moveAcross(disk, from, to);
    if (errorCode(error) !== 'ENOENT') throw error;
    // Another run, or a person, has removed the directory since it was looked at.
    disk.makeDirectory(dirname(to));
    disk.rename(from, to);
  }
}

/** An output directory may be a mount of its own: then the last step is a copy beside the target and a rename. */
function moveAcross(disk: Disk, from: string, to: string): void {
  const stats = disk.lstat(from);
  const temp = `${to}.${process.pid.toString(36)}.tr-tmp`;
  if (stats?.isSymbolicLink() === true) {
    disk.makeLink(disk.readLink(from), temp);
  } else {
    const source = disk.open(from, 'read');
    try {
      const target = disk.open(temp, 'create', stats?.mode ?? 0o644);
      try {
        const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
        for (let count = disk.read(source, buffer); count > 0; count = disk.read(source, buffer))
          disk.write(target, buffer.subarray(0, count));
      } finally {
        disk.close(target);
      }
    } finally {
      disk.close(source);
    }
  }
  disk.rename(temp, to);
}

function remove(disk: Disk, root: string, path: string): void {
  try {
    if (path.endsWith('/')) disk.removeDirectory(`${root}/${path.slice(0, -1)}`);
    else disk.unlink(`${root}/${path}`);
  } catch (error) {
    // Gone already, or a directory with other files in it: it stays.
    if (!['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EISDIR', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** Looks like an error of the operating system, and is treated like one. */
class NotADirectoryError extends Error {
  readonly code = 'ENOTDIR';
}
