import { randomBytes } from 'node:crypto';
import { attempt, type Disk } from '@tr/store';
import { removeTree } from './remove-tree.js';

/** Longer than any restore takes, milliseconds. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;

/**
 * Directories for temporary trees, on the file system of the workspace. Empty ones are used again, since making and
 * removing directories takes longer than moving files through them.
 */
export interface StagingArea {
  /** Whether files here can share blocks with the store; undefined until somebody has tried. */
  clones: boolean | undefined;
  /** An empty directory. Throws errors of the operating system. */
  take(): string;
  /** Takes it back, whatever is left in it. */
  giveBack(path: string): void;
  /** Removes every directory of ours, and what killed processes left. `now` in milliseconds since the epoch. */
  dispose(now: number): void;
}

/** The staging area below `directory` (absolute, made when needed). */
export function openStagingArea(disk: Disk, directory: string): StagingArea {
  const free: string[] = [];
  const isEmpty = (path: string): boolean => {
    const entries = attempt(path, () => disk.readDirectory(path));
    return entries.ok && entries.value.length === 0;
  };
  const sweep = (before: number): void => {
    for (const entry of disk.readDirectory(directory)) {
      const path = `${directory}/${entry.name}`;
      // What is done inside a tree does not always show at its top, but that is at least as old as the rest.
      if (entry.name.startsWith('restore-') && (disk.lstat(path)?.ctimeMs ?? before) < before) removeTree(disk, path);
    }
  };
  return {
    clones: undefined,
    take: () => {
      for (let path = free.pop(); path !== undefined; path = free.pop()) if (isEmpty(path)) return path;
      const path = `${directory}/restore-${randomBytes(9).toString('hex')}`;
      disk.makeDirectory(path);
      return path;
    },
    giveBack: (path) => {
      if (isEmpty(path)) free.push(path);
      else removeTree(disk, path);
    },
    dispose: (now) => {
      for (const path of free.splice(0)) removeTree(disk, path);
      attempt(directory, () => sweep(now - LEFTOVER_AGE_MS));
    },
  };
}
