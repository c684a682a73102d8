import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readOwnerFile } from './owner-file.js';
import type { Machine } from './process-identity.js';
import { clearDirectories, DIRECTORY_NAME, isDeadHere } from './sweep.js';

/** Where folders of servers may be besides `.tr`. */
const BASES = ['/dev/shm', '/tmp', '/var/tmp'];

/** True for a folder that is found without a register, by what it says about its owner. */
export function isSweptByOwner(path: string): boolean {
  return process.platform === 'linux' && BASES.includes(dirname(path));
}

/**
 * Ends and removes servers of runs that were killed and whose `.tr` was deleted since, register and all: whatever folder
 * of this user names an owner on this machine that is dead. One readdir for each place when there is none. Linux only:
 * elsewhere nothing tells which servers work in a folder.
 */
export async function sweepOrphans(machine: Machine, runtimeDirectory: string | undefined): Promise<void> {
  if (process.platform !== 'linux') return;
  const orphans: string[] = [];
  for (const base of [...BASES, ...(runtimeDirectory === undefined ? [] : [runtimeDirectory])]) {
    for (const name of listNames(base)) {
      const path = join(base, name);
      const owner = readOwnerFile(path);
      if (owner !== undefined && (await isDeadHere(owner, machine)) === true) orphans.push(path);
    }
  }
  if (orphans.length > 0) await clearDirectories(orphans);
}

function listNames(base: string): readonly string[] {
  try {
    return readdirSync(base).filter((name) => DIRECTORY_NAME.test(name));
  } catch {
    return [];
  }
}
