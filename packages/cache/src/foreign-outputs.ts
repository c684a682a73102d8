import type { RelativePath, TaskId } from '@tr/model';
import {
  isSameStamp,
  toStamp,
  type CollectedOutputs,
  type FindOwner,
  type OutputMatcher,
  type OutputPlace,
  type Stamp,
} from '@tr/artifact';
import { attempt } from '@tr/store';

/**
 * Two tasks may declare one directory (`build:js` and `build:types`, both `dist/**`). What the other one has left there is
 * no output of this one: stored with it, a later hit would put an old file over a new one of the other. Left out is what
 * the record of a neighbour, a task of this run that is not ordered before or after this one, knows exactly as it is.
 */
export function withoutForeignOutputs(
  place: OutputPlace,
  collected: CollectedOutputs,
  neighbours: readonly TaskId[],
): CollectedOutputs {
  const theirs = stampsOf(place, neighbours);
  if (theirs.size === 0) return collected;
  const isForeign = (path: RelativePath): boolean => isAsRecorded(place, path, theirs.get(path));
  return {
    ...collected,
    outputs: collected.outputs.filter(({ path, type }) => type === 'directory' || !isForeign(path)),
  };
}

/**
 * Looks whose output a path is, among tasks that share a directory: what a task has left there and nobody has changed since, or, while
 * its command is under way, one of its earlier outputs, and any path when nothing is known of those. Undefined without such tasks.
 */
export function ownersBeside(
  place: OutputPlace,
  tasks: readonly TaskId[],
  executing: ReadonlySet<TaskId>,
): (() => FindOwner) | undefined {
  if (tasks.length === 0) return undefined;
  return () => {
    const owners = tasks.map((task) => ({
      task,
      owns: executing.has(task) ? mayWrite(place, task) : left(place, task),
    }));
    return (path) => owners.find(({ owns }) => owns(path))?.task;
  };
}

function left(place: OutputPlace, task: TaskId): (path: RelativePath) => boolean {
  const stamps = stampsOf(place, [task]);
  return (path) => isAsRecorded(place, path, stamps.get(path));
}

function mayWrite({ records }: OutputPlace, task: TaskId): (path: RelativePath) => boolean {
  const paths = new Set(records.read(task)?.paths());
  return (path) => paths.size === 0 || paths.has(path);
}

function isAsRecorded({ disk, root }: OutputPlace, path: RelativePath, stamp: Stamp | undefined): boolean {
  if (stamp === undefined) return false;
  const stats = attempt(path, () => disk.lstat(`${root}/${path}`));
  return stats.ok && stats.value !== undefined && isSameStamp(stamp, toStamp(stats.value));
}

function stampsOf({ records }: OutputPlace, tasks: readonly TaskId[]): ReadonlyMap<RelativePath, Stamp> {
  const stamps = new Map<RelativePath, Stamp>();
  for (const task of tasks) {
    const record = records.read(task);
    const known = record?.known;
    if (known === undefined) continue;
    record?.paths().forEach((path, at) => {
      const stamp = known.stamps[at];
      if (stamp !== undefined) stamps.set(path, stamp);
    });
  }
  return stamps;
}

/** Whether two sets of output globs may have a path in common. Rather yes than no, except for names in one directory. */
export function mayOverlap(a: OutputMatcher, b: OutputMatcher): boolean {
  return a.includes.some((one) => b.includes.some((other) => globsMayMeet(one, other)));
}

type Glob = OutputMatcher['includes'][number];

function globsMayMeet(a: Glob, b: Glob): boolean {
  if (a.base === b.base) return a.rest === b.rest || isWide(a) || isWide(b);
  return reaches(a, b) || reaches(b, a);
}

function isWide({ rest, depth }: Glob): boolean {
  return depth === undefined || rest === '*';
}

/** Whether the glob of an outer directory goes down to where the inner one's matches lie. */
function reaches(outer: Glob, inner: Glob): boolean {
  if (outer.base !== '' && !inner.base.startsWith(`${outer.base}/`)) return false;
  const levels = inner.base.slice(outer.base === '' ? 0 : outer.base.length + 1).split('/').length;
  return outer.depth === undefined || outer.depth > (inner.rest === '' ? levels - 1 : levels);
}
