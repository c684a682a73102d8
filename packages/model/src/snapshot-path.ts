import type { RelativePath, TaskId } from './ids.js';
import { STATE_DIRECTORY } from './state-directory.js';

/** Where the states that tasks leave lie: the one folder below `.tr` that outputs may be in. */
const SNAPSHOTS = `${STATE_DIRECTORY}/snapshots/`;

/** The file, relative to the workspace root, that holds the state a task with `snapshot` leaves. Safe on every system, and as a glob. */
export function snapshotPath(task: TaskId): RelativePath {
  const name = task.replace(/[^A-Za-z0-9_-]/g, (char) => `%${char.codePointAt(0)?.toString(16).toUpperCase() ?? ''}`);
  return `${SNAPSHOTS}${name}.state`;
}

/** True for a path that {@link snapshotPath} can have made. */
export function isSnapshotPath(path: string): boolean {
  return path.startsWith(SNAPSHOTS) && /^[A-Za-z0-9_%-]{1,240}\.state$/.test(path.slice(SNAPSHOTS.length));
}
