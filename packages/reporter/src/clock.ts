/** Time, passed in so that tests need no sleeps. The runner's clock fits. */
export interface ReporterClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms`; the returned function cancels. */
  schedule(ms: number, callback: () => void): () => void;
}
