import { parseTaskId, type TaskGraph, type TaskId } from '@tr/model';
import { quoteForPosix } from '@tr/runner';

/** What a command line to run one task again depends on. */
export interface RerunContext {
  readonly graph: TaskGraph;
  readonly kind: 'monorepo' | 'single';
  readonly taskArguments: readonly string[];
}

/** The command line that runs one task again as it ran: with the arguments, if it was one of those that got them. */
export function describeRerun(task: TaskId, { graph, kind, taskArguments }: RerunContext): string {
  const name = kind === 'single' ? (parseTaskId(task)?.task ?? task) : task;
  const passed = graph.nodes.get(task)?.isEntryPoint === true ? taskArguments : [];
  const separated = passed.length === 0 ? [] : ['--', ...passed.map(quoteForPosix)];
  // A `#` inside of a word begins no comment.
  return ['tr', 'run', name, ...separated].join(' ');
}
