import type { StoreFailure, TaskId } from '@tr/model';

/** Takes what a run should warn about. */
export type WarningSink = (failure: StoreFailure, task?: TaskId) => void;

/** Passes trouble with the cache on, one warning for each kind of trouble in a run. */
export interface TroubleLog {
  note(failure: StoreFailure, task?: TaskId): void;
}

/** Not trouble with the cache but something to know about a task: told for each. */
const ABOUT_ONE_TASK: ReadonlySet<StoreFailure['code']> = new Set([
  'store/undeclared-outputs',
  'store/cache-like-output',
]);

/** Creates the trouble log of a run. What merely makes a miss is told as its reason, not as a warning. */
export function createTroubleLog(warn: WarningSink): TroubleLog {
  const seen = new Set<string>();
  return {
    note: (failure, task) => {
      if (failure.code === 'store/missing' || seen.has(failure.code)) return;
      if (!ABOUT_ONE_TASK.has(failure.code)) seen.add(failure.code);
      warn(failure, task);
    },
  };
}
