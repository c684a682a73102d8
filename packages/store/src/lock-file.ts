import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, isMissing } from '@tr/model';
import { nodeDisk } from './disk.js';
import { LINK_REFUSALS } from './folder/link-new.js';
import { scanFiles } from './upkeep/scan-folder.js';

/** Where there are no links, a lock is empty until its owner has written it. That takes no longer than this, milliseconds. */
const WRITING_MS = 10_000;

/** A lock that is had, until it is released. */
export interface FileLock {
  release(): void;
}

/** A lock that lies there. */
export interface SeenLock {
  /** What its owner wrote; empty when that was ended before it had, or for what is no lock of this kind. */
  readonly text: string;
  /** Milliseconds since it was taken, by the clock of its file system. */
  readonly age: number;
}

/**
 * Takes the lock at `path`, a file with `text` in it that no other owner writes; undefined while somebody has it. One of which
 * `isHeld` says that nobody has it any more is taken over. Throws errors of the operating system.
 */
export function tryLockFile(path: string, text: string, isHeld: (seen: SeenLock) => boolean): FileLock | undefined {
  const mine = `${path}.${randomBytes(6).toString('hex')}`;
  const look = (): 'free' | 'held' | 'stale' => {
    const there = statSync(path, { throwIfNoEntry: false });
    const written = there && readText(path);
    if (there === undefined || written === undefined) return 'free';
    // Both times are of one clock, which on a shared disk is that of another machine.
    const age = statSync(mine).mtimeMs - there.mtimeMs;
    return (written === '' && age < WRITING_MS) || isHeld({ text: written, age }) ? 'held' : 'stale';
  };
  try {
    writeFileSync(mine, text, { flag: 'wx' });
    if (tryLink(mine, path)) return toLock(path, text);
    if (look() === 'held') return undefined;
    // Another one may have seen the same stale lock and have its own in place by the time that this one removes it. So only one at a
    // time removes any, and looks again before; whoever just takes the place once it is free is welcome to it.
    const turn = tryLockFile(`${path}.over`, text, isHeld);
    if (turn === undefined) return undefined;
    try {
      // What was free may be taken by now: only what was seen is removed.
      if (look() === 'stale') rmSync(path, { recursive: true, force: true });
    } finally {
      turn.release();
    }
    return tryLink(mine, path) ? toLock(path, text) : undefined;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** What is linked to as a lock, and is gone a moment later unless its process was killed. */
const UNLINKED = /\.[0-9a-f]{12}$/;

/**
 * Removes what processes left below `directory` that were killed while they took a lock: files that are older than `before`, milliseconds since
 * the epoch. Locks stay. Throws errors of the operating system.
 */
export function sweepLockFiles(directory: string, before: number): void {
  for (const { name, stats } of scanFiles(nodeDisk, directory))
    if (UNLINKED.test(name) && stats.mtimeMs < before) rmSync(join(directory, name), { force: true });
}

function toLock(path: string, text: string): FileLock {
  return {
    release: () => {
      if (readText(path) === text) rmSync(path, { force: true });
    },
  };
}

/** A link is made with its content, or not at all. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (!LINK_REFUSALS.includes(code)) throw error;
    return tryCopy(from, to);
  }
}

/** Where there are no links. */
function tryCopy(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined when it is gone. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return isMissing(error) ? undefined : '';
  }
}
