import type { TaskId } from '@tr/model';
import type { ReporterClock } from '../clock.js';
import type { Output } from '../output.js';

/** `stream`: lines as they come; `grouped`: the whole log of a task when it has ended. */
export type LogOrder = 'stream' | 'grouped';

/** Reads a whole log from disk in pieces; undefined when it cannot be read. */
export type LogReader = (path: string) => Iterable<Uint8Array> | undefined;

/** Everything the terminal reporter is told from outside. */
export interface RunReportOptions {
  readonly output: Output;
  readonly clock: ReporterClock;
  /** Our version, for the first line. */
  readonly version: string;
  /** `single`: labels are `build` instead of `web:build`. */
  readonly kind: 'monorepo' | 'single';
  /** Task names as the user wrote them. */
  readonly requestedTasks: readonly string[];
  readonly remoteCache: 'enabled' | 'disabled';
  readonly logOrder: LogOrder;
  /** `none`: log lines as the task wrote them. */
  readonly logPrefix: 'task' | 'none';
  /** Fold each grouped log into a section of this CI system's log viewer. */
  readonly groups: 'none' | 'github';
  /** Draw the live status line; needs a TTY too. */
  readonly statusLine: boolean;
  /** Lets long grouped logs be read back instead of being kept in memory; without it they are kept. */
  readonly readLog?: LogReader;
  /** Bytes of a grouped log kept in memory per task. Default 1 MiB. */
  readonly bufferLimit?: number;
  /** Command line that runs one task again; default `tr run <id>`. */
  readonly describeRerun?: (task: TaskId) => string;
  /** The run did not wait for dependencies: that is why results built on them are not stored. */
  readonly parallel?: boolean;
}
