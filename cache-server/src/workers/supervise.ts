import type { Worker } from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import type { FromWorker, ToWorker } from './messages.js';
import { Relay } from './relay.js';
import { forkWorker, sendToWorker, whenEnded, type Death } from './worker-process.js';

/** Before a worker that died is started anew, milliseconds; doubled up to the longest until one has served for a while. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const A_WHILE_MS = 60_000;

/** What the supervisor is told to do. */
export interface SuperviseOptions {
  /** At least 2. */
  readonly count: number;
  /** The variable that tells a worker which one it is; see {@link WorkerRole}. */
  readonly variable: string;
  /** Every worker serves, at this origin. */
  readonly onReady: (url: string) => void;
  /** A worker died, or could not be started, and will be started anew. */
  readonly onDied: (death: Death & { readonly againInMs: number }) => void;
}

/** The leader counts and evicts, and shows the first token. */
export type WorkerRole = 'leader' | 'other';

/** Workers that run. */
export interface Supervisor {
  /** How a leader ended that could not start; undefined when all workers serve. */
  readonly refused: Promise<Death | undefined>;
  /** Lets all workers end in order; resolves when the last one is gone. */
  stop(): Promise<void>;
}

/**
 * Runs this program again, several times over, as workers on one port (`node:cluster`): connections are handed out in turns. The
 * leader starts first, since it makes what is not there yet. Workers end by themselves when this process is gone.
 */
export function superviseWorkers(options: SuperviseOptions): Supervisor {
  return new Supervision(options).run();
}

class Supervision {
  readonly #options: SuperviseOptions;
  readonly #relay = new Relay();
  readonly #running = new Set<Worker>();
  /** Workers that should serve and do not. */
  #missing = 0;
  #isStopping = false;
  #whenGone: (() => void) | undefined;

  constructor(options: SuperviseOptions) {
    this.#options = options;
  }

  run(): Supervisor {
    return { refused: this.#startAll(), stop: () => this.#stop() };
  }

  async #startAll(): Promise<Death | undefined> {
    const leader = await this.#keep('leader');
    if (!('url' in leader)) return leader;
    await Promise.all(Array.from({ length: this.#options.count - 1 }, () => this.#keep('other')));
    this.#options.onReady(leader.url);
    return undefined;
  }

  /** Starts a worker, and another one each time it ends. Resolves when the first serves, or has ended before it did. */
  #keep(role: WorkerRole): Promise<Death | { readonly url: string }> {
    return new Promise((resolve) => void this.#fill(role, resolve));
  }

  async #fill(role: WorkerRole, onStarted: (first: Death | { readonly url: string }) => void): Promise<void> {
    let hasServed = false;
    let isMissing = false;
    const noteMissing = (is: boolean): void => {
      if (is !== isMissing) this.#noteMissing(is ? 1 : -1);
      isMissing = is;
    };
    for (let failures = 0; ; failures++) {
      let readyAt: number | undefined;
      const death = await this.#run(role, (url) => {
        readyAt = performance.now();
        hasServed = true;
        noteMissing(false);
        onStarted({ url });
      });
      onStarted(death);
      // What keeps the leader from starting is for whoever starts the server to put right.
      if (this.#isStopping || (role === 'leader' && !hasServed)) return;
      noteMissing(true);
      if (readyAt !== undefined && performance.now() - readyAt >= A_WHILE_MS) failures = 0;
      const againInMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
      this.#options.onDied({ ...death, againInMs });
      await wait(againInMs);
      if (this.#isStopping) return;
    }
  }

  /** Runs one worker; resolves when it has ended. */
  async #run(role: WorkerRole, onReady: (url: string) => void): Promise<Death> {
    const worker = forkWorker({ [this.#options.variable]: role });
    if (!('process' in worker)) return worker;
    const ended = whenEnded(worker);
    const relayed = { id: worker.id, send: (message: ToWorker) => sendToWorker(worker, message) };
    this.#running.add(worker);
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'hello') {
        this.#relay.add(relayed);
        if (this.#isStopping) relayed.send({ type: 'stop' });
        relayed.send({ type: 'missing', workers: this.#missing });
      } else if (message.type === 'ready') onReady(message.url);
      else this.#relay.take(relayed, message);
    });
    const death = await ended;
    this.#running.delete(worker);
    this.#relay.remove(worker.id);
    if (this.#isStopping && this.#running.size === 0) this.#whenGone?.();
    return death;
  }

  /** Workers answer for the server, so they have to know. */
  #noteMissing(change: 1 | -1): void {
    this.#missing += change;
    for (const worker of this.#running) sendToWorker(worker, { type: 'missing', workers: this.#missing });
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#running.size === 0) return;
    const gone = new Promise<void>((resolve) => (this.#whenGone = resolve));
    for (const worker of this.#running) sendToWorker(worker, { type: 'stop' });
    await gone;
  }
}
