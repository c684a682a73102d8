import type { ActionKey, TaskId, TaskNode } from '@tr/model';
import { nodeOf } from './frontier.js';
import { isCacheable } from './restore-task.js';
import type { RunContext } from './run-context.js';

/** Tasks in a row; then others have their turn. */
const IN_A_ROW = 32;
/** How long what was looked at for keys ahead of time may count for the keys themselves, milliseconds. */
const TRUSTED_MS = 1000;

/**
 * Tells the cache what the tasks that are still to come will most likely be looked up with: their keys if nothing that they read
 * changes until then, as is the case where no task executes. Hints alone: each task is fingerprinted when its dependencies have
 * ended, as ever.
 */
export class Foresight {
  #hasBegun = false;
  /** Since when files were looked at ahead of time; undefined = nothing is left of that. */
  #since: number | undefined;

  /** Starts it, the first time it is called. Rejects only for a bug. */
  async begin(run: RunContext): Promise<void> {
    if (this.#hasBegun || run.cache.foresee === undefined) return;
    this.#hasBegun = true;
    const keys = new Map<TaskId, ActionKey>();
    let inRow = 0;
    for (const id of run.graph.topologicalOrder) {
      if (run.isEnding()) return;
      const node = nodeOf(run.graph, id);
      const known = run.keys.keyOf(id);
      if (known === undefined) this.#since ??= run.clock.now();
      const key = known ?? (await computeKey(run, node, keys));
      if (key === undefined) continue;
      keys.set(id, key);
      if (known !== undefined || node.command === undefined || !isCacheable(node)) continue;
      await run.cache.foresee(key);
      if (++inRow % IN_A_ROW === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** To be called before a key is computed: files that were looked at a while ago are looked at again. */
  expire(run: RunContext, node: TaskNode): void {
    if (this.#since === undefined || run.clock.now() - this.#since <= TRUSTED_MS) return;
    this.#since = undefined;
    run.fingerprinter.forgetListings(node);
  }
}

/** Starts no process, so tasks with tools or services have no key here, nor has what depends on them. */
async function computeKey(
  run: RunContext,
  node: TaskNode,
  foreseen: ReadonlyMap<TaskId, ActionKey>,
): Promise<ActionKey | undefined> {
  const { tools, services } = node.definition;
  if (tools.length > 0 || services.length > 0) return undefined;
  const keys = new Map<TaskId, ActionKey>();
  for (const dependency of node.dependencies) {
    const key = foreseen.get(dependency);
    if (key === undefined) return undefined;
    keys.set(dependency, key);
  }
  const computed = await run.fingerprinter.compute(node, keys);
  return computed.ok ? computed.value.key : undefined;
}
