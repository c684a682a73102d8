/** Time, passed in so that tests need no sleeps. The runner's clock fits. */
export interface ReporterClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms`, 0 as soon as nothing is left to do at once; the returned function cancels. */
  schedule(ms: number, callback: () => void): () => void;
}
