import type { JsonEvent, TrResult } from './exec-tr.js';

/** Names of the miss reasons of a task, in order. */
export function reasonsOf(result: TrResult, task: string): string[] {
  return missReasons(result, task).map(({ reason }) => String(reason));
}

/** Miss reasons of a task with their fields. */
export function missReasons(result: TrResult, task: string): JsonEvent[] {
  const miss = result.events.find((event) => event['type'] === 'cache-miss' && event['task'] === task);
  return (miss?.['reasons'] ?? []) as JsonEvent[];
}

/** task id -> action key. */
export function keysOf(result: TrResult): Record<string, string> {
  const finished = result.events.filter((event) => event['type'] === 'task-finished');
  return Object.fromEntries(finished.map((event) => [String(event['task']), String(event['result'].key)]));
}

/** Codes of the warnings, in order. */
export function warningsOf(result: TrResult): string[] {
  return result.events.filter((event) => event['type'] === 'warning').map((event) => String(event['failure'].code));
}

/** The `reason` of `cache-not-saved` of a task. */
export function notSavedReason(result: TrResult, task: string): string | undefined {
  const event = result.events.find(
    (candidate) => candidate['type'] === 'cache-not-saved' && candidate['task'] === task,
  );
  return event === undefined ? undefined : String(event['reason'].reason);
}

/** The stored state that a task of a run has started from. */
export function ancestorOf(result: TrResult): JsonEvent | undefined {
  return result.events.find((event) => event['type'] === 'snapshot-ancestor');
}

/** Names of the steps that the migrator of `createSqlWorkspace` has applied in a run. */
export function appliedIn(result: TrResult): readonly string[] {
  const output = result.events.filter((event) => event['type'] === 'task-output' && event['replay'] === false);
  const text = output.map((event) => String(event['bytes'])).join('');
  return text.match(/(?<=applied )\S+/g) ?? [];
}
