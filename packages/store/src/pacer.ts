/** Lets other work of the process happen between the steps of a long synchronous job. */
export interface Pacer {
  /** Resolves at once until `budgetMs` have gone by since the last pause, then after one turn of the event loop. */
  turn(): Promise<void> | undefined;
}

/** A pacer that pauses after every `budgetMs` milliseconds of work. */
export function createPacer(budgetMs = 8): Pacer {
  // From the first step on: most users have nothing to do, and the clock is a module that takes a millisecond to load.
  let resumedAt: number | undefined;
  const pause = async (): Promise<void> => {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    resumedAt = performance.now();
  };
  return {
    turn: () => {
      const now = performance.now();
      resumedAt ??= now;
      return now - resumedAt < budgetMs ? undefined : pause();
    },
  };
}
