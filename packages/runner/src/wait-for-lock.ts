import type { TaskNode } from '@tr/model';
import type { RunContext } from './run-context.js';

/** How often a task that another process executes is looked at, milliseconds. */
const LOCK_POLL_MS = 30;

/** Waits until nobody executes the task any more; false when the run ends meanwhile. */
export async function waitForLock(run: RunContext, node: TaskNode): Promise<boolean> {
  for (let asked = 0; !run.isEnding(); asked++) {
    const lock = run.locks.tryAcquire(node);
    if (lock !== undefined) {
      lock.release();
      return true;
    }
    if (asked === 0) run.emit({ type: 'task-queued', task: node.id });
    await new Promise<void>((resolve) => run.clock.schedule(LOCK_POLL_MS, resolve));
  }
  return false;
}
