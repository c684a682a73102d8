import type { Clock } from './ports.js';

/** `setTimeout` fires at once for longer delays than this (2^31 - 1 ms, 24.8 days). */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The machine's clock. A scheduled call does not keep the process alive by itself. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule: (ms, callback) => {
    if (ms > LONGEST_DELAY_MS) return () => undefined;
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
};
