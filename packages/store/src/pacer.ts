/** Lets other work of the process happen between the steps of a long synchronous job. */
export interface Pacer {
  /** Resolves at once until `budgetMs` have gone by since the last pause, then after one turn of the event loop. */
  turn(): Promise<void> | undefined;
}

/** A pacer that pauses after every `budgetMs` milliseconds of work. */
export function createPacer(budgetMs = 8): Pacer {
  // The clock of the wall, as `performance` takes a millisecond and a half to load. A clock that is put back means a pause.
  let resumedAt = Date.now();
  const pause = async (): Promise<void> => {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    resumedAt = Date.now();
  };
  return { turn: () => (Math.abs(Date.now() - resumedAt) < budgetMs ? undefined : pause()) };
}
