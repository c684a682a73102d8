import type { TaskId, TaskResult } from '@tr/model';
import type { Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { formatDuration } from '../text/quantities.js';
import { describeFailure } from '../words/describe-failure.js';
import { chooseCauseLines, GAP } from './cause-lines.js';
import { errorAnnotation } from './github-actions.js';
import { lastLines } from './last-lines.js';

/** What the block about failed tasks is made with. */
export interface FailedTasksLook {
  readonly paint: Paint;
  readonly groups: 'none' | 'github';
  readonly labelOf: (task: TaskId) => string;
  readonly describeRerun: (task: TaskId) => string;
}

/**
 * The last thing a run prints: every failed task with the end of its log, where the rest is, and how to run it
 * again. Whatever `outputLogs` says: a failure that shows nothing helps nobody.
 */
export function renderFailedTasks(failed: readonly TaskResult[], look: FailedTasksLook): string {
  const lines = tailLength(failed.length);
  return failed.map((result) => renderFailedTask(result, lines, look)).join('');
}

/** What went wrong, in a sentence. */
export function describeEnd(result: TaskResult): string {
  return result.failure === undefined ? 'It failed.' : describeFailure(result.failure).what;
}

/** Many failures get shorter tails, so that the list stays readable. */
function tailLength(failures: number): number {
  if (failures <= 5) return 20;
  return failures <= 20 ? 8 : 3;
}

function renderFailedTask(result: TaskResult, lines: number, look: FailedTasksLook): string {
  const { paint } = look;
  const label = look.labelOf(result.task);
  const what = describeEnd(result);
  const next = result.failure === undefined ? undefined : describeFailure(result.failure).next;
  const annotation = look.groups === 'github' ? errorAnnotation(label, what) : '';
  return [
    `${annotation}${paint('red', 'FAILED')} ${paint('bold', label)} (${formatDuration(result.durationMs)}) ${what}`,
    ...renderTail(result, lines, look),
    ...(result.logPath === undefined ? [] : [`  log:  ${printable(result.logPath)}`]),
    `  run:  ${printable(look.describeRerun(result.task))}`,
    ...(next === undefined ? [] : [`  next: ${next}`]),
    '\n',
  ].join('\n');
}

function renderTail(result: TaskResult, count: number, look: FailedTasksLook): string[] {
  if (result.logTail === undefined) return [];
  const lines = chooseCauseLines(lastLines(result.logTail, Number.POSITIVE_INFINITY), count);
  if (lines.length === 0) return [`  ${look.paint('dim', '(it printed nothing)')}`];
  return lines.map((line) => `  ${look.paint('dim', line === GAP ? GAP : '|')} ${line === GAP ? '' : line}`.trimEnd());
}
