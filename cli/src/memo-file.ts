import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '@tr/store';
import { findOwnFiles } from './find-own-files.js';

/** Files that are being written. */
const UNFINISHED = /^\.\d+\.tmp$/;
/** What a killed process left is older, milliseconds. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;

/** Writes a file of a memo in the cache directory, whole or not at all. Throws what the disk says. */
export function writeMemoFile(directory: string, name: string, text: string): void {
  nodeDisk.makeDirectory(directory);
  // In a work tree that does not ignore it the memo would be an input of tasks.
  writeFileSync(join(directory, '.gitignore'), '*\n');
  const temporary = join(directory, `.${process.pid}.tmp`);
  writeFileSync(temporary, text);
  renameSync(temporary, join(directory, name));
  for (const { name: left, path, stats } of findOwnFiles(directory))
    if (UNFINISHED.test(left) && Date.now() - stats.mtimeMs > LEFTOVER_AGE_MS) rmSync(path, { force: true });
}
