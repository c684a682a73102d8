import type { RelativePath } from '@tr/model';
import { attempt, type Disk } from '@tr/store';
import type { OutputType } from './collect-outputs.js';

/** What names of SQLite's files end in by convention; parallel test runners put a number behind it. */
const DATABASE = /^(?:db3?|sqlite3?)(?:[-_]\d+)?$/i;
const SUFFIXES = ['-wal', '-journal'];

/** What such a file is, for a reason that names it. */
export const JOURNAL = 'changes that are not in the database file yet';

/**
 * SQLite keeps changes in a file beside the database while that is open, and after its process was killed. Whoever opens
 * the database next applies them, whichever database that is by then: one put in the place of another would become
 * that other one again. Returns such files beside the outputs, without those that are among them.
 */
export function listJournals(
  disk: Disk,
  root: string,
  outputs: readonly { readonly path: RelativePath; readonly type: OutputType }[],
): readonly RelativePath[] {
  const databases = outputs.filter(({ path, type }) => isDatabaseName(path) && type === 'file');
  if (databases.length === 0) return [];
  const known = new Set(outputs.map(({ path }) => path));
  return databases
    .flatMap(({ path }) => SUFFIXES.map((end) => path + end))
    .filter((path) => !known.has(path) && hasContent(disk, `${root}/${path}`));
}

/** Asked for every output of every hit: the first letter says no to nearly all. */
function isDatabaseName(path: RelativePath): boolean {
  const end = path.lastIndexOf('.') + 1;
  const first = path.charAt(end).toLowerCase();
  return (first === 'd' || first === 's') && end > 0 && DATABASE.test(path.slice(end));
}

function hasContent(disk: Disk, path: string): boolean {
  const stats = attempt(path, () => disk.lstat(path));
  return stats.ok && stats.value?.isFile() === true && stats.value.size > 0;
}
