import { randomUUID } from 'node:crypto';
import { errorCode } from '@tr/model';
import { tryLockFile, type FileLock } from '@tr/store';
import { Problem } from '../http/problem.js';

/** Holders need milliseconds; a lock as old as this was left by one that was killed. */
const STALE_MS = 10_000;
const PAUSE_MS = 20;

/**
 * Does `work` while no other process does some under the same path. Blocks while another one does. Throws `store-trouble` where no lock
 * can be had.
 */
export function withLock<T>(path: string, work: () => T): T {
  // By its age alone: the owner may be a process of another machine or container.
  const tryTake = (): FileLock | undefined => {
    try {
      return tryLockFile(path, randomUUID(), ({ age }) => age <= STALE_MS);
    } catch (error) {
      const code = errorCode(error);
      throw code === undefined ? error : new Problem('store-trouble', `${path}: ${code}`);
    }
  };
  let lock = tryTake();
  for (; lock === undefined; lock = tryTake()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  try {
    return work();
  } finally {
    lock.release();
  }
}
