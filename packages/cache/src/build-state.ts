import { joinPath, type TaskNode } from '@tr/model';
import { isSameStamp, toStamp, type OutputMatcher, type OutputPlace, type OutputRecord } from '@tr/artifact';
import { attempt } from '@tr/store';

/**
 * Incremental compilers write down what they have emitted (`*.tsbuildinfo`). Where that file is not an output but what
 * was emitted is, a restore changes the one without the other, and the next execution leaves out files that it believes
 * to be there: a partial set that must not be stored. Returns the path of such a file when it and the outputs on disk
 * may be out of step, else undefined.
 */
export function findStaleBuildState(options: {
  readonly place: OutputPlace;
  readonly task: TaskNode;
  readonly matcher: OutputMatcher;
  readonly record: OutputRecord | undefined;
}): string | undefined {
  const { place, task, matcher, record } = options;
  if (matcher.includes.length === 0) return undefined;
  const state = findBuildState(place, task.directory, matcher);
  if (state === undefined) return undefined;
  return isOutOfStep(place, matcher, record) ? state : undefined;
}

function findBuildState(place: OutputPlace, directory: string, matcher: OutputMatcher): string | undefined {
  const listed = attempt(place.root, () => place.disk.readDirectory(`${place.root}/${directory}`));
  if (!listed.ok) return undefined;
  return listed.value
    .filter((entry) => entry.isFile() && entry.name.endsWith('.tsbuildinfo'))
    .map((entry) => joinPath(directory, entry.name))
    .find((path) => !matcher.matches(path));
}

function isOutOfStep(place: OutputPlace, matcher: OutputMatcher, record: OutputRecord | undefined): boolean {
  if (record?.outOfStep === true) return true;
  const known = record?.known;
  // Nothing is known: in step, unless the outputs were removed altogether.
  if (record === undefined || known === undefined) return !matcher.includes.some(({ base }) => isThere(place, base));
  if (known.origin === 'restored') return true;
  return record.paths().some((path, at) => {
    const stamp = known.stamps[at];
    const stats = attempt(place.root, () => place.disk.lstat(`${place.root}/${path}`));
    if (!stats.ok || stats.value === undefined || stamp === undefined) return true;
    return !path.endsWith('/') && !isSameStamp(toStamp(stats.value), stamp);
  });
}

function isThere(place: OutputPlace, path: string): boolean {
  const stats = attempt(place.root, () => place.disk.lstat(`${place.root}/${path}`));
  return stats.ok && stats.value !== undefined;
}

/** Why outputs that do not fit to the build state at `path` are not stored. */
export function staleStateReason(path: string): {
  readonly reason: 'unsafe-output';
  readonly path: string;
  readonly detail: string;
} {
  const detail =
    'it says what was emitted, is not an output itself, and the outputs were changed without it: add it to `outputs`, or delete it once';
  return { reason: 'unsafe-output', path, detail };
}
