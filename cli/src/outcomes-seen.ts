import type { EventSink, RunResult, TaskResult } from '@tr/model';

/**
 * What kinds of work this process has done: `d` a dry run, `e` executed, `f` found outputs fresh, `r` restored, `m` took from another
 * machine.
 */
export const outcomesSeen = new Set<string>();

/** The run that this process has made. */
export interface FinishedRun {
  readonly durationMs: number;
  /** Absolute native path of its `.tr`. */
  readonly stateDirectory: string;
}

/** Undefined until it has ended, and when its repetition could not take its place. */
export let finishedRun: FinishedRun | undefined;

const KINDS: Readonly<Partial<Record<TaskResult['outcome'], string>>> = {
  executed: 'e',
  failed: 'e',
  fresh: 'f',
  restored: 'r',
};

/** Notes what became of the tasks of a run; with a state directory it is one that may be recorded (recorded-run/). */
export function noteRun({ tasks, durationMs }: RunResult, stateDirectory: string | undefined): void {
  if (stateDirectory !== undefined) finishedRun = { durationMs, stateDirectory };
  for (const { outcome } of tasks) {
    const kind = KINDS[outcome];
    if (kind !== undefined) outcomesSeen.add(kind);
  }
}

/** Passes events on, and notes what comes from other machines. */
export function noteRemoteHits(emit: EventSink): EventSink {
  return (event) => {
    if (event.type === 'cache-hit' && event.tier === 'remote') outcomesSeen.add('m');
    emit(event);
  };
}
