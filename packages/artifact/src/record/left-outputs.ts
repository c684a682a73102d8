import { sortedUnique, type RelativePath, type TaskId } from '@tr/model';
import { attempt, type Disk } from '@tr/store';
import { collectOutputs } from '../outputs/collect-outputs.js';
import type { OutputMatcher } from '../outputs/output-globs.js';
import type { OutputPlace } from '../restore/restore-outputs.js';
import type { OutputRecord } from './output-record.js';
import { NO_STAMP, type Stamp } from './stamp.js';

/**
 * What a task has left: the paths of its record, and what a command that did not come to its end wrote since, in the tick in which it
 * was started too (a whole second on some file systems). Files that
 * were written after the record are not the task's but somebody's work, and files in the record of another task are that
 * task's, even where both declare the same directory. Directories end in `/`.
 */
export async function listLeftOutputs(options: {
  readonly place: OutputPlace;
  readonly task: TaskId;
  readonly matcher: OutputMatcher;
  readonly record: OutputRecord | undefined;
}): Promise<readonly RelativePath[]> {
  const { place, task, matcher, record } = options;
  const { disk, root } = place;
  const recorded = listUntouched(place, record);
  const since = record?.unfinishedSince;
  if (since === undefined) return recorded;
  const collected = await collectOutputs({ disk, root, matcher });
  if (!collected.ok) return recorded;
  const others = place.records.listPathsOfOthers(task);
  const left = collected.value.outputs
    .filter(({ path }) => changedAt(disk, `${root}/${path}`) >= since)
    .map(({ path, type }) => (type === 'directory' ? `${path}/` : path))
    .filter((path) => !others.has(path));
  return sortedUnique([...recorded, ...left]);
}

/** Milliseconds; 0 for what is gone, or may not be looked at. */
function changedAt(disk: Disk, native: string): number {
  const read = attempt(native, () => disk.lstat(native));
  return (read.ok ? read.value?.ctimeMs : undefined) ?? 0;
}

/** The paths of a record whose files nobody has written since. */
export function listUntouched(
  { disk, root }: Pick<OutputPlace, 'disk' | 'root'>,
  record: OutputRecord | undefined,
): readonly RelativePath[] {
  if (record === undefined) return [];
  const { known, settledAt } = record;
  const until = known?.sampledAt ?? settledAt;
  if (until === undefined) return record.paths();
  return record
    .paths()
    .filter(
      (path, at) => path.endsWith('/') || isUntouched(disk, `${root}/${path}`, { until, stamp: known?.stamps[at] }),
    );
}

/** Change times do not count: hard links come and go. A file that is gone stays listed. */
function isUntouched(
  disk: Disk,
  native: string,
  { until, stamp = NO_STAMP }: { readonly until: number; readonly stamp?: Stamp | undefined },
): boolean {
  const read = attempt(native, () => disk.lstat(native));
  const stats = read.ok ? read.value : undefined;
  if (stats === undefined) return true;
  return stamp.size === NO_STAMP.size
    ? stats.mtimeMs <= until
    : stats.size === stamp.size && stats.mtimeMs === stamp.mtimeMs;
}
