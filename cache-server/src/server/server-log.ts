import type { Problem } from '../http/problem.js';
import type { AnsweredRequest } from './answered-request.js';
import type { Metrics } from './metrics.js';
import { requestLine } from './request-line.js';
import { describeUnexpected } from './to-known-problem.js';

/** Where what is noted goes. */
export interface ServerLogOptions {
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly metrics: Metrics;
}

/** What a server says of its work: a JSON line each, and the counters beside it. */
export class ServerLog {
  readonly #options: ServerLogOptions;
  #lastTime = { now: Number.NaN, text: '' };

  constructor(options: ServerLogOptions) {
    this.#options = options;
  }

  /** A request that was refused, by its id where it has one. That there is nothing is no trouble. */
  noteProblem({ status, code, detail }: Problem, id: string | undefined): void {
    const { metrics } = this.#options;
    if (status === 401 || status === 429) metrics.noteLoginFailure();
    if (code === 'internal') metrics.noteUnexpected();
    if (code !== 'not-found') this.#write({ event: 'problem', id, code, detail });
  }

  /** An error that nobody foresaw. `place` says what was going on. */
  noteUnexpected(place: string, error: unknown): void {
    this.#options.metrics.noteUnexpected();
    this.#write({ event: 'unexpected-error', place, detail: describeUnexpected(error) });
  }

  noteUpkeepFailed(detail: string | undefined): void {
    this.#write({ event: 'upkeep-failed', detail });
  }

  /** A request that is over, however it ended. */
  noteAnswer(answer: AnsweredRequest): void {
    this.#options.metrics.note(answer);
    this.#options.write(requestLine(answer, this.#timeText()));
  }

  /** Never a URL, a header or a credential: names of clients may hold anything. */
  #write(fields: Readonly<Record<string, unknown>>): void {
    this.#options.write(JSON.stringify({ time: this.#timeText(), ...fields }));
  }

  /** Now, as ISO 8601; worked out once in a millisecond. */
  #timeText(): string {
    const now = this.#options.now();
    if (now !== this.#lastTime.now) this.#lastTime = { now, text: new Date(now).toISOString() };
    return this.#lastTime.text;
  }
}
