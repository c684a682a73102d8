import type { TaskResult } from '@tr/model';

/** What kinds of work this process has done: `e` executed, `f` found outputs fresh, `r` restored. */
export const outcomesSeen = new Set<string>();

const KINDS: Readonly<Partial<Record<TaskResult['outcome'], string>>> = {
  executed: 'e',
  failed: 'e',
  fresh: 'f',
  restored: 'r',
};

/** Adds what became of the tasks of a run. */
export function noteOutcomes(tasks: readonly TaskResult[]): void {
  for (const { outcome } of tasks) {
    const kind = KINDS[outcome];
    if (kind !== undefined) outcomesSeen.add(kind);
  }
}
