import { statSync } from 'node:fs';
import type { BlobId } from '@tr/model';
import type { FileRecord } from '../inputs/input-collector.js';
import { unreadableInput } from './fingerprint-error.js';

/** What stands behind the id of a file that anybody may execute, where that counts. */
const MARK = '+x';

/**
 * The same files, with a mark behind the ids of those that are executable. A link counts as what it leads to, and one that leads to a
 * directory is recorded by its text, which nobody executes.
 */
export function markExecutables(files: FileRecord, absolute: (path: string) => string): FileRecord {
  return Object.fromEntries(
    Object.entries(files).map(([path, id]) => [path, isExecutable(absolute(path)) ? ((id + MARK) as BlobId) : id]),
  );
}

function isExecutable(path: string): boolean {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true && (stat.mode & 0o111) !== 0;
  } catch (error) {
    throw unreadableInput(path, error);
  }
}
