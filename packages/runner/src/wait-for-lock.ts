import type { TaskId, TaskNode } from '@tr/model';
import type { ExecutionLock } from './ports.js';
import type { RunContext } from './run-context.js';

/** How often a task that another process executes is looked at, milliseconds. */
const LOCK_POLL_MS = 30;
/** After so many looks, about a second, it is said who has it. */
const LOOKS_IN_SILENCE = 33;

/** How a lock is waited for. */
export interface LockWait {
  /** Called when it cannot be had at once, and again after a second, with the process that has it where that is not ours. */
  readonly onWait: (holder?: number) => void;
  /** Tasks of this run that do not use their locks meanwhile; looked at each time. */
  readonly paused?: ReadonlySet<TaskId> | undefined;
}

/** Waits for the right to execute a task; undefined when the run ends meanwhile. */
export async function acquireLock(
  run: RunContext,
  node: TaskNode,
  { onWait, paused }: LockWait,
): Promise<ExecutionLock | undefined> {
  for (let asked = 0; !run.isEnding(); asked++) {
    const lock = run.locks.tryAcquire(node, paused);
    if (lock !== undefined) return lock;
    if (asked === 0) onWait();
    const holder = asked === LOOKS_IN_SILENCE ? run.locks.findHolder(node) : undefined;
    if (holder !== undefined) onWait(holder);
    // Nothing else may be left to do.
    await run.clock.sleep(LOCK_POLL_MS);
  }
  return undefined;
}

/** Waits until nobody executes the task any more; false when the run ends meanwhile. */
export async function waitForLock(run: RunContext, node: TaskNode): Promise<boolean> {
  const lock = await acquireLock(run, node, { onWait: (holder) => tellWaiting(run, node.id, holder) });
  lock?.release();
  return lock !== undefined;
}

/** Says that a task waits for its turn. */
export function tellWaiting(run: RunContext, task: TaskId, holder: number | undefined): void {
  run.emit({ type: 'task-queued', task, ...(holder !== undefined && { holder }) });
}
