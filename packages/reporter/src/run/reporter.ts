import type { EventSink } from '@tr/model';

/** A fold over the events of one run. */
export interface RunReporter {
  readonly sink: EventSink;
  /**
   * Writes what is still held back and gives the terminal back (status line gone, cursor shown). Call it on every
   * way out, also after `run-finished`; a second call does nothing.
   */
  dispose(): void;
}
