import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessEnd, RunningProcess, SpawnRequest } from '../ports.js';

/**
 * Helpers of a tool that end when their input does (esbuild's, of every Vite build) end just after the command, and later still where
 * the processor is busy: this long they are not left behind, milliseconds.
 */
const HELPER_GRACE_MS = 200;
/** What a command leaves behind gets this long to end by itself after SIGTERM, milliseconds. */
const LEFTOVER_GRACE_MS = 2000;
/** What is left this long after its command has ended did not hear the signal, milliseconds. */
const DEAF_AFTER_MS = 500;
/** Pause between two looks at output that goes on after its process has ended, milliseconds. */
const DRAIN_PAUSE_MS = 20;

/** A stream of output and the name it is reported under. */
export interface OutputSource {
  readonly stream: 'stdout' | 'stderr';
  readonly readable: Readable;
}

/** What tells that the process has ended. */
export interface ExitSource {
  once(event: 'exit', listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
}

/** What can be done to a process with everything it started. */
export interface StoppableTree {
  /** Cheap: is anybody left in the process group? */
  isGroupAlive(): boolean;
  /** Sends `signal` to whoever can be found. */
  signal(signal: NodeJS.Signals): void;
  /** Waits until nothing is left (true), `graceMs` are over or `isHurried` says so (false). */
  waitForEnd(graceMs: number, isEnded: () => boolean, isHurried?: () => boolean): Promise<boolean>;
  /** SIGKILL until nothing is left, or nothing more can be done. */
  kill(isEnded: () => boolean): Promise<void>;
}

/** A process that was started. */
export interface SpawnedOptions {
  readonly child: ExitSource;
  readonly pid: number;
  readonly tree: StoppableTree;
  readonly sources: readonly OutputSource[];
  readonly onOutput: SpawnRequest['onOutput'];
  /** Called once nothing is left. */
  readonly onGone: () => void;
}

/** One process tree from start to end. */
export class SpawnedProcess implements RunningProcess {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  readonly #options: SpawnedOptions;
  readonly #exit: Promise<ProcessEnd>;
  #hasExited = false;
  #stopping: Promise<void> | undefined;
  /** Moment at which SIGKILL is due, by `performance.now`. */
  #killAt = Infinity;
  #bytes = 0;

  constructor(options: SpawnedOptions) {
    const { child, pid } = options;
    this.#options = options;
    this.pid = pid;
    this.#exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#hasExited = true;
        resolve(toEnd(code, signal));
      });
    });
    const drained = this.#read();
    this.ended = this.#finish(drained);
  }

  async stop(signal: NodeJS.Signals, graceMs: number): Promise<void> {
    this.#killAt = Math.min(this.#killAt, performance.now() + (signal === 'SIGKILL' ? 0 : graceMs));
    if (signal !== 'SIGKILL') this.#options.tree.signal(signal);
    this.#stopping ??= this.#stopTree(signal);
    await this.#stopping;
  }

  async #stopTree(signal: NodeJS.Signals): Promise<void> {
    const { tree } = this.#options;
    const isEnded = (): boolean => this.#hasExited;
    const isDue = (): boolean => performance.now() >= this.#killAt;
    if (await tree.waitForEnd(Infinity, isEnded, () => this.#hasExited || isDue())) return;
    // The command itself has ended. What it started in the background may be deaf to the signal: shells start it with
    // SIGINT ignored. It gets a moment, as a second signal cuts short what is just cleaning up.
    if (signal !== 'SIGTERM') {
      if (await tree.waitForEnd(DEAF_AFTER_MS, isEnded, isDue)) return;
      if (!isDue()) tree.signal('SIGTERM');
    }
    if (await tree.waitForEnd(Infinity, isEnded, isDue)) return;
    await tree.kill(isEnded);
  }

  async #finish(drained: Promise<unknown>): Promise<ProcessEnd> {
    const { tree, onGone } = this.#options;
    const end = await this.#exit;
    let leftBehind = false;
    if (this.#stopping !== undefined) await this.#stopping;
    else if (tree.isGroupAlive()) leftBehind = await this.#stopLeftovers();
    if (!(await this.#drain(drained))) leftBehind = true;
    onGone();
    return end.kind === 'not-started' ? end : { ...end, leftBehind };
  }

  /** True when somebody was left, and not only a zombie of the group or what was ending anyway. */
  async #stopLeftovers(): Promise<boolean> {
    const { tree } = this.#options;
    const isEnded = (): boolean => true;
    if (await tree.waitForEnd(HELPER_GRACE_MS, isEnded, () => this.#stopping !== undefined)) return false;
    tree.signal('SIGTERM');
    const isHurried = (): boolean => performance.now() >= this.#killAt;
    if (!(await tree.waitForEnd(LEFTOVER_GRACE_MS, isEnded, isHurried))) await tree.kill(isEnded);
    return true;
  }

  #read(): Promise<unknown> {
    const { sources, onOutput } = this.#options;
    return Promise.all(
      sources.map(
        ({ stream, readable }) =>
          new Promise<void>((resolve) => {
            readable.on('data', (bytes: Uint8Array) => {
              this.#bytes += bytes.length;
              onOutput(stream, bytes);
            });
            readable.once('close', resolve);
            readable.on('error', () => readable.destroy());
          }),
      ),
    );
  }

  /**
   * Waits for the end of the output. When nothing more comes and yet somebody holds the pipe open, that is a process
   * that left the tree: it is looked for and ended. False in that case. All that was written before is read: the pipe
   * is given up only after it was empty for as long as helpers may take, which on Windows are not seen in any other way.
   */
  async #drain(drained: Promise<unknown>): Promise<boolean> {
    const { tree, sources } = this.#options;
    let done = false;
    void drained.then(() => (done = true));
    await new Promise((resolve) => setImmediate(resolve));
    for (let quiet = 0, seen = -1; !done;) {
      await Promise.race([drained, delay(DRAIN_PAUSE_MS, undefined, { ref: false })]);
      await new Promise((resolve) => setImmediate(resolve));
      if (done) break;
      quiet = this.#bytes === seen ? quiet + 1 : 0;
      seen = this.#bytes;
      if (quiet * DRAIN_PAUSE_MS < HELPER_GRACE_MS) continue;
      await tree.kill(() => true);
      await Promise.race([drained, delay(DRAIN_PAUSE_MS, undefined, { ref: false })]);
      for (const { readable } of sources) readable.destroy();
      await drained;
      return false;
    }
    return true;
  }
}

function toEnd(code: number | null, signal: NodeJS.Signals | null): ProcessEnd {
  if (code !== null) return { kind: 'exited', exitCode: code, leftBehind: false };
  return { kind: 'signalled', signal: signal ?? 'SIGKILL', leftBehind: false };
}
