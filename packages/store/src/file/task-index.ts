import { sep } from 'node:path';
import { isSha256 } from '@tr/hash';
import { errorCode, compareStrings, type ActionKey, type Manifest, type TaskId } from '@tr/model';
import type { Disk } from '../disk.js';
import type { CacheFolder } from '../folder/cache-folder.js';
import { inDirectoryOf } from '../folder/write-file.js';

/**
 * Which keys a task has, as empty files `<time>-<key>` in a folder of the task: adding one needs no lock and the
 * names sort by time. The index may lag behind the manifests (a crash in between); gc puts it right.
 */
export interface TaskMark {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly key: ActionKey;
}

const TIME_DIGITS = 15;

/** Path of the mark of a manifest. */
function markPath(folder: CacheFolder, manifest: Pick<Manifest, 'task' | 'createdAt' | 'actionKey'>): string {
  const time = String(Math.trunc(manifest.createdAt)).padStart(TIME_DIGITS, '0');
  return `${folder.taskFolder(manifest.task)}${sep}${time}-${manifest.actionKey}`;
}

/** Adds a mark; fine when it is there. Throws errors of the operating system. */
export function addMark(folder: CacheFolder, manifest: Manifest): void {
  const path = markPath(folder, manifest);
  inDirectoryOf(folder, path, () => folder.disk.close(folder.disk.open(path, 'append')));
}

/** Marks of a task, newest first, one per key. Throws errors of the operating system. */
export function listMarks(folder: CacheFolder, task: TaskId): readonly TaskMark[] {
  const seen = new Set<string>();
  return readNames(folder.disk, folder.taskFolder(task))
    .sort((a, b) => compareStrings(b, a))
    .map(parseMark)
    .filter((mark) => mark !== undefined)
    .filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** Reads the name of a mark; undefined for a stranger. */
export function parseMark(name: string): TaskMark | undefined {
  const key = name.slice(TIME_DIGITS + 1);
  const time = name.slice(0, TIME_DIGITS);
  if (name[TIME_DIGITS] !== '-' || !/^[0-9]+$/.test(time) || !isSha256(key)) return undefined;
  return { createdAt: Number(time), key: key as string as ActionKey };
}

function readNames(disk: Disk, path: string): string[] {
  try {
    return disk.readDirectory(path).map((entry) => entry.name);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
