import type { History, Outcome } from './history.js';

/** Leaves out steps for as long as some difference remains; the shorter history and what it came to. */
export async function shrinkHistory<K extends string>(
  history: History<K>,
  follow: (history: History<K>) => Promise<Outcome>,
  found: Outcome,
): Promise<{ readonly history: History<K>; readonly outcome: Outcome }> {
  let best = { history: { ...history, steps: history.steps.slice(0, found.steps) }, outcome: found };
  for (let size = Math.ceil(best.history.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = best.history.steps.length - 1 - size; at >= 0; at -= size) {
      const steps = best.history.steps.filter((_, index) => index < at || index >= at + size);
      const outcome = await follow({ ...history, steps });
      if (outcome.differences.length > 0)
        best = { history: { ...history, steps: steps.slice(0, outcome.steps) }, outcome };
    }
  }
  return best;
}
