import type { RunEvent, TaskResult } from '@tr/model';
import type { ReporterClock } from '../clock.js';
import type { Output } from '../output.js';
import { toByteString } from './byte-string.js';
import type { RunReporter } from './reporter.js';
import { Screen } from './screen.js';

/** Bytes in JSON: text where they are valid UTF-8, else base64, so that nothing is lost. */
type JsonBytes = string | { readonly base64: string };

/** Prints every event as one line of JSON. */
export function createJsonReporter(output: Output, clock: ReporterClock): RunReporter {
  const screen = new Screen(output, clock, undefined);
  return {
    sink: (event) => {
      screen.write(toByteString(renderEventLine(event)));
      if (event.type === 'run-finished') screen.flush();
    },
    dispose: () => screen.dispose(),
  };
}

/** One event as one line, with its newline. Bytes become text, or `{"base64": …}` where they are not UTF-8. */
export function renderEventLine(event: RunEvent): string {
  return `${JSON.stringify(toJsonEvent(event))}\n`;
}

function toJsonEvent(event: RunEvent): object {
  switch (event.type) {
    case 'task-output':
      return { ...event, bytes: toJsonBytes(event.bytes) };
    case 'task-finished':
      return { ...event, result: toJsonResult(event.result) };
    case 'run-finished':
      return { ...event, result: { ...event.result, tasks: event.result.tasks.map(toJsonResult) } };
    case 'run-started':
    case 'task-queued':
    case 'task-started':
    case 'snapshot-ancestor':
    case 'cache-hit':
    case 'cache-miss':
    case 'cache-saved':
    case 'cache-not-saved':
    case 'warning':
    case 'run-stopping':
      return event;
  }
}

function toJsonResult(result: TaskResult): object {
  return result.logTail === undefined ? result : { ...result, logTail: toJsonBytes(result.logTail) };
}

function toJsonBytes(bytes: Uint8Array): JsonBytes {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}
