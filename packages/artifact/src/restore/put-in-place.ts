import { dirname } from 'node:path';
import { errorCode, type RelativePath } from '@tr/model';
import { attempt, type Disk } from '@tr/store';
import { noteCopies, toCopyName } from './copy-notes.js';
import { setDate } from './file-date.js';
import type { RestorePlan } from './plan-restore.js';

const CHUNK_BYTES = 1024 * 1024;

/** What was moved. */
export interface Moved {
  /** New directories that were moved as a whole, from the root: the stamps of the files in them are as they were. */
  readonly directories: ReadonlySet<RelativePath>;
  /** Nothing is left of the staged tree. */
  readonly isEmptied: boolean;
}

/**
 * Moves staged outputs to where they belong and removes what the plan says. Every file appears by a rename, a whole
 * new directory by one rename, so that whoever reads sees an old or a new output, never half of one, and two processes
 * doing this at once cannot damage a file. Throws errors of the operating system.
 */
export function putInPlace(request: {
  readonly disk: Disk;
  readonly root: string;
  /** The staged tree, and the directory of the workspace that it stands for. */
  readonly staging: string;
  readonly base: RelativePath;
  readonly plan: RestorePlan;
  /** Modification time of what had to be copied, seconds since the epoch. */
  readonly date?: number | undefined;
}): Moved {
  const { disk, root, staging, base, plan, date } = request;
  const directories = new Set<RelativePath>();
  const noteMoved = (directory: string): void => void directories.add(directory.slice(root.length + 1));
  for (const path of plan.obstacles) remove(disk, root, path);
  const tree = { from: staging, to: base === '' ? root : `${root}/${base}`, names: listTop(plan, base) };
  let isNoted = false;
  const copy = (from: string, to: string): void => {
    if (!isNoted) noteCopies(disk, staging, base);
    isNoted = true;
    moveAcross(disk, from, { temp: toCopyName(staging, to), to, date });
  };
  const isEmptied = merge({ disk, noteMoved, copy }, tree);
  for (const path of plan.removals) remove(disk, root, path);
  return { directories, isEmptied };
}

/** What lies at the top of the staged tree: name -> whether it is a directory. */
function listTop({ writes }: RestorePlan, base: RelativePath): ReadonlyMap<string, boolean> {
  const names = new Map<string, boolean>();
  for (const { path, type } of writes) {
    const start = base === '' ? 0 : base.length + 1;
    const end = path.indexOf('/', start);
    names.set(path.slice(start, end === -1 ? undefined : end), end !== -1 || type === 'directory');
  }
  return names;
}

interface Move {
  readonly disk: Disk;
  readonly noteMoved: (directory: string) => void;
  /** Brings a file to another file system. */
  readonly copy: (from: string, to: string) => void;
}

/** True when nothing is left in the directory `from`. */
function merge(
  move: Move,
  { from, to, names }: { readonly from: string; readonly to: string; readonly names: Iterable<[string, boolean]> },
): boolean {
  const { disk, noteMoved } = move;
  let isEmptied = true;
  for (const [name, isDirectory] of names) {
    const source = `${from}/${name}`;
    const target = `${to}/${name}`;
    if (!isDirectory) {
      isEmptied = moveFile(move, source, target) && isEmptied;
      continue;
    }
    const there = disk.lstat(target);
    if (there === undefined && moveDirectory(disk, source, target)) {
      noteMoved(target);
      continue;
    }
    isEmptied = false;
    // Looked at again right before it is entered: never through a link.
    if (disk.lstat(target)?.isDirectory() !== true) disk.makeDirectory(target);
    if (disk.lstat(target)?.isDirectory() !== true) throw new NotADirectoryError(target);
    merge(move, { from: source, to: target, names: listAll(disk, source) });
  }
  return isEmptied;
}

function listAll(disk: Disk, directory: string): [string, boolean][] {
  return disk.readDirectory(directory).map((entry) => [entry.name, entry.isDirectory()]);
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

/** False when it had to be a copy. */
function moveFile({ disk, copy }: Move, from: string, to: string): boolean {
  try {
    disk.rename(from, to);
  } catch (error) {
    if (errorCode(error) === 'EXDEV') {
      copy(from, to);
      return false;
    }
    if (errorCode(error) !== 'ENOENT') throw error;
    // Another run, or a person, has removed the directory since it was looked at.
    disk.makeDirectory(dirname(to));
    disk.rename(from, to);
  }
  return true;
}

interface Crossing {
  readonly temp: string;
  readonly to: string;
  readonly date: number | undefined;
}

/** An output directory may be a mount of its own: then the last step is a copy beside the target and a rename. */
function moveAcross(disk: Disk, from: string, { temp, to, date }: Crossing): void {
  try {
    copyTo(disk, from, { to: temp, date });
    disk.rename(temp, to);
  } catch (error) {
    // Half a file among the outputs would be one of them.
    attempt(temp, () => disk.unlink(temp));
    throw error;
  }
}

function copyTo(disk: Disk, from: string, { to, date }: Omit<Crossing, 'temp'>): void {
  const stats = disk.lstat(from);
  if (stats?.isSymbolicLink() === true) {
    disk.makeLink(disk.readLink(from), to);
    return;
  }
  const source = disk.open(from, 'read');
  try {
    const target = disk.open(to, 'create', stats?.mode ?? 0o644);
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      for (let count = disk.read(source, buffer); count > 0; count = disk.read(source, buffer))
        disk.write(target, buffer.subarray(0, count));
      setDate(disk, target, date);
    } finally {
      disk.close(target);
    }
  } finally {
    disk.close(source);
  }
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
