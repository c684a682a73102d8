import { quickNow } from '@tr/quick';
import { trouble, type RemoteResult, type RemoteTrouble } from './remote-backend.js';
import { unexpected } from './unexpected.js';

/** How much trouble with the remote a run puts up with. Times are milliseconds. */
export interface RemoteLimits {
  /** One request in all. */
  readonly requestMs: number;
  /** Lost time in all: failed requests and the pauses after them. Then the remote is off for the rest of the run. */
  readonly troubleMs: number;
  /** Calls that fail one after the other until the remote is off. */
  readonly failures: number;
}

/** What a run allows unless the configuration says otherwise. */
export const DEFAULT_LIMITS: RemoteLimits = { requestMs: 30_000, troubleMs: 15_000, failures: 3 };

/** Times one call is tried, by what went wrong; 1 for what will not pass. */
const TRIES: Partial<Record<RemoteTrouble['kind'], number>> = { unreachable: 3, busy: 3, broken: 2, stalled: 2 };
/** What the next request would meet too. */
const HOPELESS: ReadonlySet<RemoteTrouble['kind']> = new Set(['refused', 'untrusted', 'misplaced']);
const FIRST_PAUSE_MS = 100;
/** Somebody who wants to be left alone for longer than this gets what they want. */
const LONGEST_PAUSE_MS = 5_000;

/** What the link needs from outside, so that tests need no waiting. */
export interface LinkSurroundings {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Resolves after `ms`, or when `signal` fires. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Every call to the remote goes through here: retries where they make sense, a limit in time for each request, and a
 * breaker for the run. Once it is off, calls that are under way are given up and new ones fail at once.
 */
export class RemoteLink {
  readonly #limits: RemoteLimits;
  readonly #around: LinkSurroundings;
  readonly #onTrouble: (failure: RemoteTrouble) => void;
  readonly #off = new AbortController();
  #lostMs = 0;
  #failures = 0;
  #reason: string | undefined;

  constructor(options: {
    readonly limits: RemoteLimits;
    readonly around: LinkSurroundings;
    /** Told about each call that failed for good. */
    readonly onTrouble: (failure: RemoteTrouble) => void;
  }) {
    this.#limits = options.limits;
    this.#around = options.around;
    this.#onTrouble = options.onTrouble;
  }

  /** True when nothing is asked any more in this run. */
  get isOff(): boolean {
    return this.#off.signal.aborted;
  }

  /** Gives up what is under way and takes no more calls. */
  turnOff(reason: string): void {
    if (this.isOff) return;
    this.#reason = reason;
    this.#off.abort();
  }

  /** Runs one request, again where that makes sense. One that rejects, which is a bug, is trouble like any other. */
  async call<T>(request: (signal: AbortSignal) => Promise<RemoteResult<T>>): Promise<RemoteResult<T>> {
    for (let attempt = 1; ; attempt++) {
      if (this.isOff) return trouble('off', this.#reason ?? 'off');
      const startedAt = this.#around.now();
      const result = await this.#once(request);
      if (result.ok) {
        this.#failures = 0;
        return result;
      }
      // Whoever turned it off has said why.
      if (this.isOff) return trouble('off', this.#reason ?? 'off');
      const pauseMs = this.#pauseAfter(result.failure, attempt);
      this.#lostMs += this.#around.now() - startedAt + (pauseMs ?? 0);
      if (pauseMs === undefined || this.#lostMs > this.#limits.troubleMs) {
        this.#conclude(result.failure);
        return result;
      }
      await this.#around.pause(pauseMs, this.#off.signal);
    }
  }

  async #once<T>(request: (signal: AbortSignal) => Promise<RemoteResult<T>>): Promise<RemoteResult<T>> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), this.#limits.requestMs);
    const giveUp = (): void => timeout.abort();
    this.#off.signal.addEventListener('abort', giveUp, { once: true });
    try {
      const result = await Promise.race([request(timeout.signal), whenAborted(timeout.signal)]);
      if (!result.ok && timeout.signal.aborted && !this.isOff) return trouble('stalled', 'no answer in time');
      return result;
    } catch (error) {
      return unexpected(error);
    } finally {
      clearTimeout(timer);
      this.#off.signal.removeEventListener('abort', giveUp);
    }
  }

  /** Undefined when the call is not to be tried again. */
  #pauseAfter(failure: RemoteTrouble, attempt: number): number | undefined {
    if (attempt >= (TRIES[failure.kind] ?? 1)) return undefined;
    const wanted = failure.retryAfterMs;
    if (wanted !== undefined) return wanted > LONGEST_PAUSE_MS ? undefined : wanted;
    // Between half and all of a doubling pause, so that many machines do not come back together.
    return FIRST_PAUSE_MS * 4 ** (attempt - 1) * (0.5 + this.#around.random() / 2);
  }

  #conclude(failure: RemoteTrouble): void {
    this.#onTrouble(failure);
    // A request that cannot be taken says nothing about the next one.
    if (failure.kind === 'rejected' || failure.kind === 'read-only') return;
    this.#failures++;
    const isHopeless = HOPELESS.has(failure.kind) || (failure.retryAfterMs ?? 0) > LONGEST_PAUSE_MS;
    if (isHopeless || this.#failures >= this.#limits.failures || this.#lostMs > this.#limits.troubleMs)
      this.turnOff(failure.detail);
  }
}

/** Comes soon after the signal, but after a request that has noticed it itself. */
function whenAborted(signal: AbortSignal): Promise<ReturnType<typeof trouble>> {
  return new Promise((resolve) => {
    const answer = (): void => void setImmediate(() => resolve(trouble('stalled', 'no answer in time')));
    if (signal.aborted) answer();
    else signal.addEventListener('abort', answer, { once: true });
  });
}

/** The real clock. */
export const realSurroundings: LinkSurroundings = {
  now: quickNow,
  random: () => Math.random(),
  pause: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done, { once: true });
    }),
};
