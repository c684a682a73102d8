import { uniqueDigits } from '@tr/quick';
import { attempt, readOwnEntries, type ContentBuffer, type Disk } from '@tr/store';
import { dropNote, sweepCopies as sweepCopiesOf } from './copy-notes.js';
import { removeTree } from './remove-tree.js';

/** Longer than any restore takes, milliseconds. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;
/** Of what is made here, and beside it for what comes from a remote cache where the local one may not be written. */
const STAGED_NAME = /^restore-(?:remote-)?[0-9a-f]{18}$/;
/** Restores that stage at once. They read and write synchronously: more would only be more directories. */
const TREES_AT_ONCE = 2;

/**
 * Directories for temporary trees, on the file system of the workspace. Empty ones are used again, since making and
 * removing directories takes longer than moving files through them.
 */
export interface StagingArea {
  /** Whether files here can share blocks with the store; undefined until somebody has tried. */
  clones: boolean | undefined;
  /** Mode of an executable that is made here, as the umask has it; undefined until somebody has needed it. */
  newMode: number | undefined;
  /** Of restores that are done with them. */
  readonly buffers: ContentBuffer[];
  /** An empty directory, as soon as one may be had. Rejects with errors of the operating system. */
  take(): Promise<string>;
  /** Takes it back, whatever is left in it; `isEmpty`: nothing is. */
  giveBack(path: string, isEmpty: boolean): void;
  /** Removes half files that killed processes left beside outputs. `now` in milliseconds since the epoch. */
  sweepCopies(now: number): void;
  /** Removes every directory of ours, and what killed processes left. `now` in milliseconds since the epoch. */
  dispose(now: number): void;
}

/** The staging area below `directory` (absolute, made when needed), for a workspace at `root`. */
export function openStagingArea(disk: Disk, directory: string, root: string): StagingArea {
  const free: string[] = [];
  const waiting: (() => void)[] = [];
  let taken = 0;
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) taken -= 1;
    else next();
  };
  const sweep = (before: number): void => {
    for (const entry of readOwnEntries(disk, directory)) {
      const path = `${directory}/${entry.name}`;
      // What is done inside a tree does not always show at its top, but that is at least as old as the rest.
      if (STAGED_NAME.test(entry.name) && (disk.lstat(path)?.ctimeMs ?? before) < before) removeTree(disk, path);
    }
  };
  const sweepCopies = (now: number): void => sweepCopiesOf({ disk, root }, directory, now - LEFTOVER_AGE_MS);
  return {
    clones: undefined,
    newMode: undefined,
    buffers: [],
    take: async () => {
      if (taken < TREES_AT_ONCE) taken += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        const used = free.pop();
        // Another run removes what has lain here for long.
        if (used !== undefined && disk.lstat(used) !== undefined) return used;
        const path = `${directory}/restore-${uniqueDigits(18)}`;
        disk.makeDirectory(path);
        return path;
      } catch (error) {
        release();
        throw error;
      }
    },
    giveBack: (path, isEmpty) => {
      try {
        if (isEmpty) free.push(path);
        else {
          removeTree(disk, path);
          dropNote(disk, path);
        }
      } finally {
        release();
      }
    },
    sweepCopies,
    dispose: (now) => {
      for (const path of free.splice(0)) removeTree(disk, path);
      sweepCopies(now);
      attempt(directory, () => sweep(now - LEFTOVER_AGE_MS));
    },
  };
}
