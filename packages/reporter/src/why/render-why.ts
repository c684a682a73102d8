import { shortKey } from '../run/headers.js';
import { createPaint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { formatAge, formatDuration } from '../text/quantities.js';
import { renderReason } from './reason-lines.js';
import type { StoredRun, WhyReport } from './why-report.js';

/** Names listed per reason unless all are asked for. */
const LIMIT = 20;

/** How the answer is shown. */
export interface WhyLook {
  readonly colors: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** List every name. */
  readonly all?: boolean;
}

/** `tr why <task>` for people. Ends with a newline. */
export function renderWhy(report: WhyReport, look: WhyLook): string {
  const paint = createPaint(look.colors);
  const style = { paint, limit: look.all === true ? Number.POSITIVE_INFINITY : LIMIT };
  const task = paint('bold', printable(report.task));
  const key = paint('dim', shortKey(report.key));
  const { verdict } = report;
  if (verdict.hit) {
    const saved = verdict.timeSavedMs > 0 ? ` It saves ${formatDuration(verdict.timeSavedMs)}.` : '';
    return `${task} ${key} is a ${paint('green', 'hit')} in the ${verdict.tier} cache.${saved}\n`;
  }
  return [
    `${task} ${key} is a ${paint('yellow', 'miss')}${describeComparison(report.comparedWith, look.now)}`,
    ...verdict.reasons.flatMap((reason) => ['', ...renderReason(reason, style)]),
    ...report.dependencies.flatMap((dependency) => [
      '',
      `First diverging dependency: ${paint('bold', printable(dependency.task))}`,
      ...dependency.reasons.flatMap((reason) => renderReason(reason, style)).map((line) => `  ${line}`),
    ]),
    '',
  ].join('\n');
}

/** `tr why --json`: the report as it is, two spaces, a final newline. */
export function renderWhyJson(report: WhyReport): string {
  return `${JSON.stringify({ version: 1, ...report, comparedWith: report.comparedWith ?? null }, undefined, 2)}\n`;
}

function describeComparison(stored: StoredRun | undefined, now: number): string {
  if (stored === undefined) return '.';
  const took = formatDuration(stored.durationMs);
  return `: compared with ${shortKey(stored.key)}, stored ${formatAge(now - stored.storedAt)} ago by tr ${printable(stored.producer)} (took ${took}).`;
}
