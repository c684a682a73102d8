import type { Manifest } from '@tr/model';

/** Results that may wait; more are not sent. What waits is a manifest, its bytes are in the store. */
const MAX_WAITING = 500;
/** Outputs listed by all that waits, as a bound on memory. */
const MAX_ENTRIES = 500_000;
const PARALLEL = 2;

/** What became of the results of a run. */
export interface UploadCounts {
  readonly sent: number;
  /** Not sent because of trouble. */
  readonly failed: number;
  /** Not taken because too much was waiting. */
  readonly dropped: number;
  /** Still waiting or under way when time was up. */
  readonly left: number;
}

/** Sends results in the background, a few at a time, in order. */
export class UploadQueue {
  readonly #upload: (manifest: Manifest) => Promise<boolean>;
  readonly #onUnexpected: (error: unknown) => void;
  #waiting: Manifest[] = [];
  #entries = 0;
  #running = 0;
  #sent = 0;
  #failed = 0;
  #dropped = 0;
  #isClosed = false;
  #idle: (() => void) | undefined;

  /** `upload` says whether it worked. Should it reject, which is a bug, `onUnexpected` is told and the result was not sent. */
  constructor(upload: (manifest: Manifest) => Promise<boolean>, onUnexpected: (error: unknown) => void) {
    this.#upload = upload;
    this.#onUnexpected = onUnexpected;
  }

  /** Takes a result unless too much is waiting. */
  add(manifest: Manifest): void {
    if (this.#isClosed || this.#waiting.length >= MAX_WAITING || this.#entries > MAX_ENTRIES) {
      this.#dropped++;
      return;
    }
    this.#entries += manifest.entries.length;
    this.#waiting.push(manifest);
    this.#pump();
  }

  /** Waits until all is sent, `budgetMs` at most and until `interrupt` fires; then nothing more is started. */
  async drain(budgetMs: number, interrupt: AbortSignal): Promise<UploadCounts> {
    if (this.#running > 0 && !interrupt.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, budgetMs);
        this.#idle = () => {
          clearTimeout(timer);
          resolve();
        };
        interrupt.addEventListener('abort', this.#idle, { once: true });
      });
    }
    this.#isClosed = true;
    const left = this.#waiting.length + this.#running;
    this.#waiting = [];
    return { sent: this.#sent, failed: this.#failed, dropped: this.#dropped, left };
  }

  #pump(): void {
    while (this.#running < PARALLEL) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#running++;
      void this.#run(next);
    }
    if (this.#running === 0) this.#idle?.();
  }

  async #run(manifest: Manifest): Promise<void> {
    const isSent = await this.#isSent(manifest);
    if (isSent) this.#sent++;
    else this.#failed++;
    this.#entries -= manifest.entries.length;
    this.#running--;
    this.#pump();
  }

  async #isSent(manifest: Manifest): Promise<boolean> {
    try {
      return await this.#upload(manifest);
    } catch (error) {
      this.#onUnexpected(error);
      return false;
    }
  }
}
