import type { Failure, Result, SkipReason, TaskFingerprint, TaskNode, TaskResult, UnmetCondition } from '@tr/model';
import type { ExecutionLock } from './ports.js';
import type { TimeOfFiles } from './quiet-time.js';
import { tryRestore } from './restore-task.js';
import type { RunContext } from './run-context.js';
import type { Slot } from './slots.js';
import { waitForLock } from './wait-for-lock.js';

/** After waiting this long for a slot a task looks at its inputs again before it starts, milliseconds. */
const STALE_AFTER_MS = 1000;
/** How often a task may be put back because its inputs changed while it waited; then it just runs. */
const MOST_RESTARTS = 3;
/** `computed` is called once the key is known (or will never be), for the bookkeeping of who computes. */
type Computed = () => void;

/**
 * Takes one task from "dependencies have ended" to its result: key, condition, cache, slot, execution, storing. Never
 * rejects for trouble a user can have.
 */
export async function runTask(run: RunContext, node: TaskNode, computed: Computed): Promise<TaskResult> {
  const startedAt = run.clock.now();
  const ended = (result: ResultParts): TaskResult => toResult(node, run.clock.now() - startedAt, result);
  for (let restarts = 0; ; restarts += 1) {
    const { keyed, since } = await computeKey(run, node);
    computed();
    if (keyed === 'no-key') return ended({ outcome: 'skipped', skipReason: 'dependency-failed' });
    if (!keyed.ok) return ended({ outcome: run.isEnding() ? 'aborted' : 'failed', failure: keyed.failure });
    const fingerprint = keyed.value;
    const { key } = fingerprint;
    if (node.definition.snapshot !== undefined) run.fingerprints.set(node.id, fingerprint);
    const skipped = findSkipReason(run, node);
    if (skipped !== undefined) return ended({ outcome: 'skipped', ...skipped, key });
    if (run.isEnding()) return ended({ outcome: 'aborted', key });

    const restored = await tryRestore(run, node, { fingerprint, since });
    if (restored.hit) return ended({ ...restored.result, key });
    if (run.isEnding()) return ended({ outcome: 'aborted', key, missReasons: restored.reasons });

    const waitedFrom = run.clock.now();
    const slot = await acquireSlot(run, node);
    if (slot === undefined) return ended({ outcome: 'aborted', key, missReasons: restored.reasons });
    let lock: ExecutionLock | undefined;
    try {
      const waited = run.clock.now() - waitedFrom;
      const stale = waited > STALE_AFTER_MS && restarts < MOST_RESTARTS;
      if (stale && (await run.fingerprinter.findChangedInputs(node, fingerprint)).length > 0) continue;
      lock = run.locks.tryAcquire(node);
      if (lock === undefined) {
        // Another process is at it. What it makes is most likely what this one wants: look again when it is done.
        if (!(await waitForLock(run, node))) return ended({ outcome: 'aborted', key, missReasons: restored.reasons });
        run.fingerprinter.forgetListings(node);
        continue;
      }
      // What a run does not load that finds everything stored.
      const { executeTask } = await import('./execute-task.js');
      const executed = await executeTask(run, { node, fingerprint, slot, missReasons: restored.reasons });
      return ended({ ...executed, key });
    } finally {
      lock?.release();
      slot.release();
    }
  }
}

/** The parts of a result that are not the same for every outcome. */
export type ResultParts = Omit<TaskResult, 'task' | 'durationMs' | 'attempts' | 'flaky'> &
  Partial<Pick<TaskResult, 'attempts' | 'flaky'>>;

/** Fills in what is the same for most outcomes. */
export function toResult(node: TaskNode, durationMs: number, parts: ResultParts): TaskResult {
  return { attempts: 0, flaky: false, ...parts, task: node.id, durationMs };
}

interface KeyAttempt {
  readonly keyed: Result<TaskFingerprint, Failure> | 'no-key';
  readonly since: TimeOfFiles;
}

async function computeKey(run: RunContext, node: TaskNode): Promise<KeyAttempt> {
  if (!run.keys.hasDependencies(node)) await run.keys.waitForDependencies(node);
  const dependencyKeys = run.keys.ofDependencies(node);
  run.foresight.expire(run, node);
  const { since } = run.quiet;
  const result = dependencyKeys === undefined ? 'no-key' : await run.fingerprinter.compute(node, dependencyKeys);
  run.keys.settle(node.id, result !== 'no-key' && result.ok ? result.value.key : undefined);
  return { keyed: result, since };
}

function findSkipReason(
  run: RunContext,
  node: TaskNode,
): { readonly skipReason: SkipReason; readonly unmet?: UnmetCondition } | undefined {
  if (node.command === undefined) return { skipReason: 'no-command' };
  const { when } = node.definition;
  const unmet = when === undefined ? undefined : run.conditions.findUnmet(when);
  return unmet === undefined ? undefined : { skipReason: 'when', unmet };
}

async function acquireSlot(run: RunContext, node: TaskNode): Promise<Slot | undefined> {
  return run.slots.acquire(node, run.rankOf(node.id), () => run.emit({ type: 'task-queued', task: node.id }));
}
