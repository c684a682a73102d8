import type { RelativePath } from '@tr/model';
import { attempt, type Disk } from '@tr/store';

/** Names that files of SQLite have by convention; parallel test runners put a number behind them. */
const DATABASE = /\.(?:db3?|sqlite3?)(?:[-_.]?\d+)?$/i;
const SUFFIXES = ['-wal', '-journal'];

/** What such a file is, for a reason that names it. */
export const JOURNAL = 'changes that are not in the database file yet';

/**
 * SQLite keeps changes in a file beside the database while that is open, and after its process was killed. Whoever opens
 * the database next applies them, whichever database that is by then: one put in the place of another would become
 * that other one again. Returns such files beside the `paths`, without those that are among them.
 */
export function listJournals(disk: Disk, root: string, paths: readonly RelativePath[]): readonly RelativePath[] {
  const journals = paths.filter((path) => DATABASE.test(path)).flatMap((path) => SUFFIXES.map((end) => path + end));
  if (journals.length === 0) return [];
  const known = new Set(paths);
  return journals.filter((path) => !known.has(path) && hasContent(disk, `${root}/${path}`));
}

function hasContent(disk: Disk, path: string): boolean {
  const stats = attempt(path, () => disk.lstat(path));
  return stats.ok && stats.value?.isFile() === true && stats.value.size > 0;
}
