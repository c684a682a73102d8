import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '@tr/store';

/** The end of names of files that are being written. */
export const UNFINISHED = '.tmp';

/** Writes a file of a memo in the cache directory, whole or not at all. Throws what the disk says. */
export function writeMemoFile(directory: string, name: string, text: string): void {
  nodeDisk.makeDirectory(directory);
  // In a work tree that does not ignore it the memo would be an input of tasks.
  writeFileSync(join(directory, '.gitignore'), '*\n');
  const temporary = join(directory, `.${process.pid}${UNFINISHED}`);
  writeFileSync(temporary, text);
  renameSync(temporary, join(directory, name));
}
