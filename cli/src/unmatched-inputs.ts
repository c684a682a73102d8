import { createPathMatcher } from '@tr/fingerprint';
import {
  parseTaskId,
  sorted,
  type EventSink,
  type Result,
  type Failure,
  type RunResult,
  type TaskFailure,
  type TaskFingerprint,
  type TaskGraph,
  type TaskNode,
} from '@tr/model';
import type { Fingerprinter } from '@tr/runner';

/**
 * Finds what a change of goes unnoticed: input globs that match nothing in any package, most likely a typing error, and packages
 * all of whose files git ignores, most likely by a pattern that means a directory of outputs (`lib`).
 */
export interface UnmatchedInputs {
  /** The fingerprinter, with every answer seen on its way. */
  readonly fingerprinter: Fingerprinter;
  /**
   * One warning for each task name, nothing for a run on a part of the packages, which may just lack such files; and one for each
   * package.
   */
  readonly warnings: () => readonly TaskFailure[];
}

/** Watches the fingerprints of one run. `isWhole`: every package of the workspace takes part. */
export function watchInputs(fingerprinter: Fingerprinter, isWhole: boolean): UnmatchedInputs {
  const open = new Map<string, Map<string, (path: string) => boolean>>();
  const tried = new Set<string>();
  const ignored = new Map<string, TaskFailure>();
  const noteIgnored = (node: TaskNode, computed: Result<TaskFingerprint, Failure>): void => {
    const { definition, directory, id } = node;
    const meansAll = definition.cache && definition.inputs.includeDefault && definition.inputs.exclude.length === 0;
    if (!meansAll || node.command === undefined || ignored.has(directory) || !computed.ok) return;
    if (Object.keys(computed.value.fingerprint.inputs).length > 0) return;
    ignored.set(directory, { code: 'task/no-inputs', task: id, directory });
  };
  const note = ({ task, definition }: TaskNode, computed: Result<TaskFingerprint, Failure>): void => {
    if (!computed.ok) return;
    const patterns = open.get(task) ?? new Map<string, (path: string) => boolean>();
    open.set(task, patterns);
    for (const pattern of definition.inputs.include) {
      if (isOptional(pattern)) continue;
      const name = `${task} ${pattern}`;
      if (!tried.has(name)) patterns.set(pattern, createPathMatcher([pattern]));
      tried.add(name);
    }
    if (patterns.size === 0) return;
    const paths = Object.keys(computed.value.fingerprint.inputs);
    for (const [pattern, matches] of patterns) if (paths.some(matches)) patterns.delete(pattern);
  };
  return {
    fingerprinter: {
      compute: async (node, keys) => {
        const computed = await fingerprinter.compute(node, keys);
        if (isWhole) note(node, computed);
        noteIgnored(node, computed);
        return computed;
      },
      findChangedInputs: (node, before) => fingerprinter.findChangedInputs(node, before),
      forgetListings: (node) => fingerprinter.forgetListings(node),
      forgetOutputs: (node) => fingerprinter.forgetOutputs(node),
    },
    warnings: () => [
      ...[...open]
        .filter(([, patterns]) => patterns.size > 0)
        .map(([task, patterns]) => ({ code: 'task/empty-inputs' as const, task, globs: sorted(patterns.keys()) })),
      ...sorted(ignored.keys()).flatMap((directory) => ignored.get(directory) ?? []),
    ],
  };
}

/** `.env`, `.env*`: such a file need not be there, and the templates of Turborepo list it all the same. */
function isOptional(pattern: string): boolean {
  return pattern.slice(pattern.lastIndexOf('/') + 1).startsWith('.env');
}

/** True when the graph is about every package that is not the root. */
export function isWholeWorkspace(graph: TaskGraph, packages: ReadonlyMap<string, unknown>): boolean {
  return graph.packagesInScope.length >= packages.size - 1;
}

/**
 * Passes events on; `warnings` come just before the end of the run. Where a task of the name was not reached (skipped, stopped by
 * a failure or Ctrl-C) nothing is said: its files may be the ones that match.
 */
export function warnBeforeEnd(emit: EventSink, warnings: () => readonly TaskFailure[]): EventSink {
  return (event) => {
    if (event.type === 'run-finished') {
      const notReached = namesNotReached(event.result);
      for (const failure of warnings())
        if (!('task' in failure && notReached.has(failure.task))) emit({ type: 'warning', failure });
    }
    emit(event);
  };
}

function namesNotReached({ tasks }: RunResult): ReadonlySet<string> {
  const missing = tasks.filter(
    ({ outcome, skipReason }) => outcome === 'aborted' || (outcome === 'skipped' && skipReason !== 'no-command'),
  );
  return new Set(missing.map(({ task }) => parseTaskId(task)?.task ?? task));
}
