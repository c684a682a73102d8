import type { Hit, HitLog } from './restore-task.js';
import type { RunContext } from './run-context.js';
import { TaskLog } from './task-log.js';

/**
 * The log of a hit, from the cache to its file piece by piece, and again to whoever is told: memory holds a piece of it. It goes
 * to the file also where the outputs were in place, as whoever prints a task in one go reads it back from there. Undefined when
 * it cannot be had.
 */
export async function openLongLog(run: RunContext, { node, entry }: Hit): Promise<HitLog | undefined> {
  const file = new TaskLog(run.logPathOf(node.id), () => undefined, false);
  // All of it before anything is told: only at its end it shows whether it is what was stored.
  const isThere = await run.cache.streamLog(entry, (bytes) => file.add('stdout', bytes));
  file.close();
  if (!isThere) return undefined;
  return {
    path: file.broken === undefined ? file.path : undefined,
    replay: async () => {
      const emit = (bytes: Uint8Array): void =>
        run.emit({ type: 'task-output', task: node.id, stream: 'stdout', bytes, replay: true });
      // What was whole a moment ago; the cache tells if it is no more.
      await run.cache.streamLog(entry, emit);
    },
  };
}
