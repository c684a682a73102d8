import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { errorCode } from '@tr/model';

/** Holders need milliseconds; a lock as old as this was left by one that was killed. */
const STALE_MS = 10_000;
const PAUSE_MS = 20;

/** Does `work` while no other process does some under the same path. Blocks while another one does. */
export function withLock<T>(path: string, work: () => T): T {
  // A directory is made by one process only, on every file system.
  while (!tryMake(path)) {
    if (isStale(path)) remove(path);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  try {
    return work();
  } finally {
    remove(path);
  }
}

function tryMake(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    return false;
  }
}

function isStale(path: string): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs > STALE_MS;
  } catch (error) {
    // Gone in between: free.
    if (errorCode(error) !== 'ENOENT') throw error;
    return false;
  }
}

function remove(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
