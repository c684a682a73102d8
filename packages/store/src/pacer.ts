/** A pause after this much work, milliseconds: nobody at a terminal notices it. */
const BUDGET_MS = 25;
/** The same where others wait for answers of this process. */
export const SERVING_BUDGET_MS = 8;

/** Lets other work of the process happen between the steps of a long synchronous job, be it done by one or by many at once. */
export interface Pacer {
  /** Resolves at once until the budget is used up since the last pause, then after one turn of the event loop. */
  turn(): Promise<void> | undefined;
}

/** A pacer for one job. */
export function createPacer(budgetMs = BUDGET_MS): Pacer {
  // The clock of the wall, as `performance` takes a millisecond and a half to load. A clock that is put back means a pause.
  let resumedAt = Date.now();
  let pausing: Promise<void> | undefined;
  const pause = async (): Promise<void> => {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    resumedAt = Date.now();
    pausing = undefined;
  };
  const isDue = (): boolean => Math.abs(Date.now() - resumedAt) >= budgetMs;
  // Those who work at one job pause together: one after the other, each would have the whole budget in the same turn.
  return { turn: () => pausing ?? (isDue() ? (pausing = pause()) : undefined) };
}
