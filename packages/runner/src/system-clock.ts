import { quickNow } from '@tr/quick';
import type { Clock } from './ports.js';

/** `setTimeout` fires at once for longer delays than this (2^31 - 1 ms, 24.8 days). */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** When the clock was read first: by the time of day, and by one that nobody sets. */
let first: { readonly time: number; readonly at: number } | undefined;

/**
 * The machine's clock, as it was set when it was read first: who sets it meanwhile makes no task last less than nothing. A scheduled
 * call does not keep the process alive by itself. Time that a machine sleeps does not count where the system leaves it out (Linux).
 */
export const systemClock: Clock = {
  now: () => {
    first ??= { time: Date.now(), at: quickNow() };
    return first.time + Math.floor(quickNow() - first.at);
  },
  schedule: (ms, callback) => {
    if (ms > LONGEST_DELAY_MS) return () => undefined;
    if (ms <= 0) return callSoon(callback);
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
  sleep: (ms) => new Promise<void>((resolve) => void setTimeout(resolve, ms)),
};

/** When all promises have had their turn. Timers take a while to load, which a run of few milliseconds does without. */
function callSoon(callback: () => void): () => void {
  let isWanted = true;
  process.nextTick(() => isWanted && callback());
  return () => {
    isWanted = false;
  };
}
