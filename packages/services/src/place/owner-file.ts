import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOwner, type RegisterOwner } from './register.js';

/** In every folder of a run: whose it is, for when the run's register was deleted with its `.tr`. */
const OWNER_NAME = 'owner.json';

/** Says in a folder of ours which process has it. The register says so, too: trouble here is none. */
export function writeOwnerFile(directory: string, owner: RegisterOwner): void {
  try {
    writeFileSync(join(directory, OWNER_NAME), JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
  } catch {
    // Full, most likely: whoever fills the folder will be told.
  }
}

/** Whose a folder is. Undefined unless this very user has made both the folder and what it says. */
export function readOwnerFile(directory: string): RegisterOwner | undefined {
  const path = join(directory, OWNER_NAME);
  try {
    const isOurs = [lstatSync(directory), lstatSync(path)].every(({ uid }) => uid === process.getuid?.());
    if (!isOurs || !lstatSync(directory).isDirectory() || !lstatSync(path).isFile()) return undefined;
    return parseOwner(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
