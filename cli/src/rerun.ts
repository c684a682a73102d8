import { parseTaskId, type TaskGraph, type TaskId } from '@tr/model';
import { quoteForPosix } from '@tr/runner';
import { isNamed } from './is-named.js';

/** What a command line to run one task again depends on. */
export interface RerunContext {
  readonly graph: TaskGraph;
  readonly kind: 'monorepo' | 'single';
  /** Tasks as the user named them, and what follows `--`. */
  readonly requested: readonly string[];
  readonly taskArguments: readonly string[];
}

/** The command line that runs one task again as it ran: with the arguments, if it was one of those that got them. */
export function describeRerun(task: TaskId, { graph, kind, requested, taskArguments }: RerunContext): string {
  const name = kind === 'single' ? (parseTaskId(task)?.task ?? task) : task;
  const node = graph.nodes.get(task);
  const passed = node !== undefined && isNamed(requested, node) ? taskArguments : [];
  const separated = passed.length === 0 ? [] : ['--', ...passed.map(quoteForPosix)];
  // A `#` inside of a word begins no comment.
  return ['tr', 'run', name, ...separated].join(' ');
}
