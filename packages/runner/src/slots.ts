import type { TaskNode } from '@tr/model';
import { PriorityQueue } from './priority-queue.js';

/** Permission to run a process. */
export interface Slot {
  /** True when the task may read from the terminal. */
  readonly terminal: boolean;
  /** Gives the slot back; calling it again does nothing. */
  release(): void;
}

interface Waiting {
  readonly node: TaskNode;
  readonly rank: number;
  readonly resolve: (slot: Slot | undefined) => void;
}

/**
 * Hands out a fixed number of slots, lowest rank first. The terminal goes to one interactive task at a time: a further
 * one waits for its turn, except behind a persistent task, which would be for ever: then it runs without the terminal.
 */
export class Slots {
  #free: number;
  #terminalHolder: TaskNode | undefined;
  #closed = false;
  readonly #waiting = new PriorityQueue<Waiting>((a, b) => a.rank < b.rank);

  constructor(count: number) {
    this.#free = count;
  }

  /** Tasks that wait for a slot. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Undefined once the slots are closed. `onQueued` is called when the task has to wait. */
  acquire(node: TaskNode, rank: number, onQueued: () => void): Promise<Slot | undefined> | Slot | undefined {
    if (this.#closed) return undefined;
    if (this.#free > 0 && this.#waiting.size === 0 && this.#canStart(node)) return this.#grant(node);
    onQueued();
    return new Promise((resolve) => {
      this.#waiting.add({ node, rank, resolve });
      this.#serve();
    });
  }

  /** Refuses everyone who waits, and everyone who comes later. */
  close(): void {
    this.#closed = true;
    for (let next = this.#waiting.take(); next !== undefined; next = this.#waiting.take()) next.resolve(undefined);
  }

  #canStart(node: TaskNode): boolean {
    if (!node.definition.interactive || this.#terminalHolder === undefined) return true;
    return this.#terminalHolder.definition.persistent;
  }

  #grant(node: TaskNode): Slot {
    this.#free -= 1;
    const terminal = node.definition.interactive && this.#terminalHolder === undefined;
    if (terminal) this.#terminalHolder = node;
    let released = false;
    return {
      terminal,
      release: () => {
        if (released) return;
        released = true;
        this.#free += 1;
        if (terminal) this.#terminalHolder = undefined;
        this.#serve();
      },
    };
  }

  #serve(): void {
    while (this.#free > 0 && this.#waiting.size > 0) {
      const next = this.#waiting.takeFirst(({ node }) => this.#canStart(node));
      if (next === undefined) return;
      next.resolve(this.#grant(next.node));
    }
  }
}
