import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '@tr/model';
import { listOwnFiles } from './list-own-files.js';

/** An empty data directory that is this old is most likely of an engine that was replaced; it is made again in a second. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
/** What is being written is younger. */
const GRACE_MS = 60 * 60 * 1000;
/** Whole, or being written. (A folder of such a name belongs to a register, which is swept.) */
const NAME = /\.tar(?:\.tmp-[0-9a-f]{12})?$/;

/**
 * Removes, of the empty data directories that are kept in the directory of services, the old ones, and what killed runs
 * have left unfinished. `now` in milliseconds since the epoch. What cannot be read or removed stays: upkeep ends no run.
 */
export function sweepEmpty(directory: string, now: number): void {
  try {
    sweep(join(directory, 'empty'), now);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

function sweep(folder: string, now: number): void {
  for (const name of listOwnFiles(folder, NAME)) {
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (now - stat.mtimeMs > (name.endsWith('.tar') ? KEPT_MS : GRACE_MS)) rmSync(path, { force: true });
  }
}
