import { randomUUID } from 'node:crypto';
import { tryLockFile } from '@tr/store';

/** Holders need milliseconds; a lock as old as this was left by one that was killed. */
const STALE_MS = 10_000;
const PAUSE_MS = 20;

/** Does `work` while no other process does some under the same path. Blocks while another one does. */
export function withLock<T>(path: string, work: () => T): T {
  // By its age alone: the owner may be a process of another machine or container.
  const tryTake = () => tryLockFile(path, randomUUID(), ({ age }) => age <= STALE_MS);
  let lock = tryTake();
  for (; lock === undefined; lock = tryTake()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  try {
    return work();
  } finally {
    lock.release();
  }
}
