import cluster, { type Worker } from 'node:cluster';
import { errorCode } from '@tr/model';
import type { ToWorker } from './messages.js';

/** How a worker ended; `error` is the code of what kept it from being started at all, as `EAGAIN`. */
export interface Death {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error?: string;
}

/** Starts this program again as a worker, with these variables too. Where the system has no room, that is thrown, or told later. */
export function forkWorker(variables: Readonly<Record<string, string>>): Worker | Death {
  try {
    return cluster.fork(variables);
  } catch (error) {
    return notStarted(error);
  }
}

/** Resolves when the process has ended, or turns out not to have begun. */
export function whenEnded(worker: Worker): Promise<Death> {
  return new Promise((resolve) => {
    worker.on('exit', (code: number | null, signal: string | null) => resolve({ code, signal }));
    // A process that runs has another error when its channel breaks: then it ends, which is heard of.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) resolve(notStarted(error));
    });
  });
}

/** Does nothing when the worker is gone. */
export function sendToWorker(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, undefined, () => {});
}

function notStarted(error: unknown): Death {
  return { code: null, signal: null, error: errorCode(error) ?? 'unknown' };
}
