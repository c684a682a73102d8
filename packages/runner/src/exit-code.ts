import { constants } from 'node:os';
import type { ProcessEnd, ShutdownRequest } from './ports.js';
import type { TaskResult } from '@tr/model';

/** What a shell would report: the exit code, or 128 and the signal's number. Undefined when nothing was started. */
export function toExitCode(end: ProcessEnd): number | undefined {
  switch (end.kind) {
    case 'exited':
      return end.exitCode;
    case 'signalled':
      return toSignalExitCode(end.signal);
    case 'not-started':
      return undefined;
  }
}

function toSignalExitCode(signal: string): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (numbers[signal] ?? 0);
}

/**
 * Exit code of a run, as Turborepo has it: 0 when all is well; 130, 143 or 129 after a signal; else the largest exit
 * code of the failed tasks, 1 for those that failed without one.
 */
export function computeExitCode(tasks: readonly TaskResult[], request: ShutdownRequest | undefined): number {
  if (request !== undefined) return toSignalExitCode(request.signal);
  let code = 0;
  for (const task of tasks) if (task.outcome === 'failed') code = Math.max(code, task.exitCode ?? 1, 1);
  return code;
}
