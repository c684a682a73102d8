import { setTimeout as delay } from 'node:timers/promises';
import { findMarked, findTree, type KnownProcesses, type ProcessEntry } from './process-table.js';
import { trySignal } from './signals.js';
import type { StoppableTree } from './spawned-process.js';

/** First and longest pause between two looks at a tree that is ending, milliseconds. */
const FIRST_LOOK_MS = 4;
const SLOWEST_LOOK_MS = 64;
/** First and longest time for which a known process that is there counts as alive without a look, milliseconds. */
const FIRST_TRUST_MS = 16;
const LONGEST_TRUST_MS = 512;
/** Rounds of SIGKILL: more than one, as what is being killed may have started something. */
const KILL_ROUNDS = 50;

/** Reads the table of processes; undefined where that is impossible. */
export type ReadTable = () => readonly ProcessEntry[] | undefined;

/** The tree of one process. */
export interface TreeOptions {
  readonly pid: number;
  /** True when the process leads a group (and session) of its own, so that the group can be signalled. */
  readonly ownGroup: boolean;
  /** Text that only this tree carries in its environment. */
  readonly marker: string;
  readonly readTable: ReadTable;
}

/**
 * Signals a process with everything it started: the group, its descendants, members of its session, and processes
 * that left all of these but still carry the marker. What was seen once stays known, so that a child whose parent
 * ended first is found again.
 */
export class ProcessTree implements StoppableTree {
  readonly #options: TreeOptions;
  #known: KnownProcesses = new Map();
  #lookedAt = -Infinity;
  #trustMs = FIRST_TRUST_MS;

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  /** A tree without a group of its own is taken to end with its process. */
  isGroupAlive(): boolean {
    return this.#options.ownGroup && trySignal(-this.#options.pid, 0);
  }

  signal(signal: NodeJS.Signals): void {
    const { pid, ownGroup } = this.#options;
    const tree = this.#look();
    if (ownGroup) trySignal(-pid, signal);
    else if (tree.length === 0) trySignal(pid, signal);
    for (const entry of tree) if (!ownGroup || entry.group !== pid) trySignal(entry.pid, signal);
  }

  async waitForEnd(graceMs: number, isEnded: () => boolean, isHurried: () => boolean = () => false): Promise<boolean> {
    let waited = 0;
    for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, SLOWEST_LOOK_MS)) {
      if (isEnded() && !this.#isAnyAlive()) return true;
      if (waited >= graceMs || isHurried()) return false;
      const next = Math.min(pause, graceMs - waited);
      await delay(next);
      waited += next;
    }
  }

  /** Gives up on what cannot be killed: another user's, or stuck in the kernel. */
  async kill(isEnded: () => boolean): Promise<void> {
    for (let round = 0; round < KILL_ROUNDS; round += 1) {
      this.signal('SIGKILL');
      if (await this.waitForEnd(FIRST_LOOK_MS * 4, isEnded)) return;
    }
  }

  /**
   * A look at all processes of the machine is expensive. As long as a known one is there it is needed only to tell
   * zombies, more and more seldom; and once at the end, for processes that nobody has seen.
   */
  #isAnyAlive(): boolean {
    const isThere = this.isGroupAlive() || [...this.#known.keys()].some((pid) => trySignal(pid, 0));
    if (isThere && performance.now() - this.#lookedAt < this.#trustMs) return true;
    this.#trustMs = Math.min(this.#trustMs * 2, LONGEST_TRUST_MS);
    return this.#look().length > 0;
  }

  /** What is alive of the tree; remembered. Without a table only the group is known: then it counts as one entry. */
  #look(): readonly ProcessEntry[] {
    const { pid, marker, readTable } = this.#options;
    const table = readTable();
    this.#lookedAt = performance.now();
    if (table === undefined) return this.isGroupAlive() ? [toGroupEntry(pid)] : [];
    const marked = new Set(findMarked(marker));
    for (const entry of table) if (marked.has(entry.pid)) this.#known.set(entry.pid, entry.started);
    const tree = findTree(table, pid, this.#known);
    this.#known = new Map(tree.map((entry) => [entry.pid, entry.started]));
    return tree;
  }
}

function toGroupEntry(pid: number): ProcessEntry {
  return { pid, parent: 0, group: pid, session: pid, isZombie: false, started: '' };
}
