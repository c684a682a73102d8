import type { ActionKey, TaskId, TaskNode } from '@tr/model';

/** Keys of the tasks of a run, and which results must not be built upon. */
export class KnownKeys {
  readonly #keys = new Map<TaskId, ActionKey | undefined>();
  readonly #awaited = new Map<TaskId, (() => void)[]>();
  /** Task -> the task where the trouble began. */
  readonly #unsound = new Map<TaskId, TaskId>();

  /** `undefined`: the task will never have a key. The latest one counts. */
  settle(task: TaskId, key: ActionKey | undefined): void {
    this.#keys.set(task, key);
    const resume = this.#awaited.get(task);
    this.#awaited.delete(task);
    for (const callback of resume ?? []) callback();
  }

  /** The key of a task that has one. */
  keyOf(task: TaskId): ActionKey | undefined {
    return this.#keys.get(task);
  }

  /** True once {@link settle} was called for every dependency of `node`. */
  hasDependencies(node: TaskNode): boolean {
    return node.dependencies.every((id) => this.#keys.has(id));
  }

  /** Waits until every dependency is settled. */
  async waitForDependencies(node: TaskNode): Promise<void> {
    for (const id of node.dependencies) {
      if (this.#keys.has(id)) continue;
      await new Promise<void>((resolve) => {
        this.#awaited.set(id, [...(this.#awaited.get(id) ?? []), resolve]);
      });
    }
  }

  /** Keys of the direct dependencies; undefined when one of them has none. */
  ofDependencies(node: TaskNode): ReadonlyMap<TaskId, ActionKey> | undefined {
    const keys = new Map<TaskId, ActionKey>();
    for (const id of node.dependencies) {
      const key = this.#keys.get(id);
      if (key === undefined) return undefined;
      keys.set(id, key);
    }
    return keys;
  }

  /**
   * Says that what `task` left behind is not what its key stands for: nothing that depends on it may be taken from
   * the cache or stored.
   */
  distrust(task: TaskId, root: TaskId): void {
    this.#unsound.set(task, root);
  }

  /** The first dependency that is not to be trusted, and where its trouble began. */
  findUnsoundDependency(node: TaskNode): { readonly dependency: TaskId; readonly root: TaskId } | undefined {
    if (this.#unsound.size === 0) return undefined;
    for (const dependency of node.dependencies) {
      const root = this.#unsound.get(dependency);
      if (root !== undefined) return { dependency, root };
    }
    return undefined;
  }
}
