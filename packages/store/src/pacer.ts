/** A pause after this much work, milliseconds: nobody at a terminal notices it. */
const BUDGET_MS = 25;
/** The same where others wait for answers of this process. */
export const SERVING_BUDGET_MS = 8;

/** Lets other work of the process happen between the steps of a long synchronous job. */
export interface Pacer {
  /** Resolves at once until the budget is used up since the last pause, then after one turn of the event loop. */
  turn(): Promise<void> | undefined;
}

/** A pacer for one job. */
export function createPacer(budgetMs = BUDGET_MS): Pacer {
  // The clock of the wall, as `performance` takes a millisecond and a half to load. A clock that is put back means a pause.
  let resumedAt = Date.now();
  const pause = async (): Promise<void> => {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    resumedAt = Date.now();
  };
  return { turn: () => (Math.abs(Date.now() - resumedAt) < budgetMs ? undefined : pause()) };
}
