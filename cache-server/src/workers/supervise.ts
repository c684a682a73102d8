import cluster, { type Worker } from 'node:cluster';
import type { FromWorker, ToWorker } from './messages.js';
import { Relay } from './relay.js';

/** Before a worker that died is started anew, milliseconds. */
const RESTART_MS = 1000;

/** What the supervisor is told to do. */
export interface SuperviseOptions {
  /** At least 2. */
  readonly count: number;
  /** The variable that tells a worker which one it is; see {@link WorkerRole}. */
  readonly variable: string;
  /** Every worker serves, at this origin. */
  readonly onReady: (url: string) => void;
  /** A worker died, and will be started anew. */
  readonly onDied: (died: { readonly code: number | null; readonly signal: string | null }) => void;
}

/** The leader counts and evicts, and shows the first token. */
export type WorkerRole = 'leader' | 'other';

/** Workers that run. */
export interface Supervisor {
  /** The exit code of a leader that could not start; undefined when all workers serve. */
  readonly refused: Promise<number | undefined>;
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
  #isStopping = false;
  #whenGone: (() => void) | undefined;

  constructor(options: SuperviseOptions) {
    this.#options = options;
  }

  run(): Supervisor {
    return { refused: this.#startAll(), stop: () => this.#stop() };
  }

  async #startAll(): Promise<number | undefined> {
    const leader = await this.#start('leader');
    if ('code' in leader) return leader.code;
    const others = Array.from({ length: this.#options.count - 1 }, () => this.#start('other'));
    await Promise.all(others);
    this.#options.onReady(leader.url);
    return undefined;
  }

  /** Resolves when the worker serves, or has ended before it did. */
  #start(role: WorkerRole): Promise<{ readonly url: string } | { readonly code: number }> {
    const worker = cluster.fork({ [this.#options.variable]: role });
    const relayed = { id: worker.id, send: (message: ToWorker) => send(worker, message) };
    this.#running.add(worker);
    // A channel that breaks is a worker that ends, which is heard of.
    worker.on('error', () => {});
    let isReady = false;
    return new Promise((resolve) => {
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'hello') {
          this.#relay.add(relayed);
          if (this.#isStopping) send(worker, { type: 'stop' });
        } else if (message.type === 'ready') {
          isReady = true;
          resolve({ url: message.url });
        } else this.#relay.take(relayed, message);
      });
      worker.on('exit', (code, signal) => {
        this.#running.delete(worker);
        this.#relay.remove(worker.id);
        resolve({ code: code ?? 1 });
        if (this.#isStopping) {
          if (this.#running.size === 0) this.#whenGone?.();
        } else if (isReady || role === 'other') this.#replace(role, { code, signal });
      });
    });
  }

  #replace(role: WorkerRole, died: { readonly code: number | null; readonly signal: string | null }): void {
    this.#options.onDied(died);
    setTimeout(() => {
      if (!this.#isStopping) void this.#start(role).then((ended) => this.#checkLeader(role, ended));
    }, RESTART_MS);
  }

  /** A leader that cannot start again is tried again, as the others are. */
  #checkLeader(role: WorkerRole, ended: { readonly url: string } | { readonly code: number }): void {
    if (role === 'leader' && 'code' in ended && !this.#isStopping)
      this.#replace(role, { code: ended.code, signal: null });
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#running.size === 0) return;
    const gone = new Promise<void>((resolve) => (this.#whenGone = resolve));
    for (const worker of this.#running) send(worker, { type: 'stop' });
    await gone;
  }
}

function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, undefined, () => {});
}
