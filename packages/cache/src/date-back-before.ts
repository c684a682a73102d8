import { joinPath, type TaskNode } from '@tr/model';
import { dateBack, type OutputMatcher, type OutputPlace } from '@tr/artifact';
import { attempt } from '@tr/store';

/** Dates outputs back to before their inputs changed, see `dateBack`. */
export async function dateBackBefore(options: {
  readonly place: OutputPlace;
  readonly task: TaskNode;
  readonly matcher: OutputMatcher;
  /** Inputs that are not what the key of the task stands for: by path from its directory, global ones from the root. */
  readonly changed: readonly string[];
  /** When the command was started, by the clock of the file system: for changes that have no time of their own. */
  readonly startedAt: number | undefined;
}): Promise<void> {
  const { place, task, matcher, changed, startedAt } = options;
  const sources = new Set(changed.flatMap((path) => [joinPath(task.directory, path), path]));
  const times = [...sources].flatMap((path) => timeOf(place, path) ?? []);
  const edit = times.length === 0 ? startedAt : Math.min(...times);
  if (edit !== undefined) await dateBack(place, matcher, { edit, isSource: (path) => sources.has(path) });
}

function timeOf({ disk, root }: OutputPlace, path: string): number | undefined {
  const stats = attempt(root, () => disk.lstat(`${root}/${path}`));
  return stats.ok ? stats.value?.mtimeMs : undefined;
}
