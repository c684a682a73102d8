import type { TaskId } from '@tr/model';
import { shortKey } from '../run/headers.js';
import { createPaint, type Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { countOf, formatAge, formatDuration } from '../text/quantities.js';
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
  const { verdict, comparedWith } = report;
  if (verdict.hit && comparedWith === undefined)
    return [
      `${task} ${key} is ${describeHit(verdict, { paint, now: look.now })}`,
      ...renderAncestor(report, style),
      '',
    ].join('\n');
  return [
    ...(verdict.hit
      ? [
          `${task} ${key} is ${describeHit(verdict, { paint, now: look.now })}`,
          '',
          `It ran then, as it differed from ${describeStored(comparedWith, look.now)}:`,
        ]
      : [`${task} ${key} is a ${paint('yellow', 'miss')}${describeComparison(comparedWith, look.now)}`]),
    ...verdict.reasons.flatMap((reason) => ['', ...renderReason(reason, style)]),
    ...report.dependencies.flatMap((dependency) => [
      '',
      `First diverging dependency: ${paint('bold', printable(dependency.task))}`,
      ...dependency.reasons.flatMap((reason) => renderReason(reason, style)).map((line) => `  ${line}`),
    ]),
    ...renderAncestor(report, style),
    '',
  ].join('\n');
}

function renderAncestor(
  { ancestor, verdict }: WhyReport,
  { paint, limit }: { readonly paint: Paint; readonly limit: number },
): string[] {
  if (ancestor === undefined) return [];
  const { service, kept, applied, tier, key } = ancestor;
  const [starts, applies] = verdict.hit ? ['started', 'applied'] : ['starts', 'applies'];
  const names = applied.slice(0, limit).map((name) => `  ${paint('green', '+')} ${printable(name)}`);
  const more = applied.length > limit ? [`  … and ${applied.length - limit} more`] : [];
  return [
    '',
    `It ${starts} from a state of \`${printable(service)}\` with ${countOf(kept, 'step')} (${shortKey(key)}, ${tier}) and ${applies}:`,
    ...names,
    ...more,
  ];
}

/** `tr why --json`: the report as it is, two spaces, a final newline. */
export function renderWhyJson(report: WhyReport): string {
  return `${JSON.stringify({ version: 1, ...report, comparedWith: report.comparedWith ?? null }, undefined, 2)}\n`;
}

function describeHit(
  { tier, storedAt, timeSavedMs }: Extract<WhyReport['verdict'], { readonly hit: true }>,
  { paint, now }: { readonly paint: Paint; readonly now: number },
): string {
  const stored = storedAt === undefined ? '' : `, stored ${formatAge(now - storedAt)} ago`;
  const saved = timeSavedMs > 0 ? ` It saves ${formatDuration(timeSavedMs)}.` : '';
  return `a ${paint('green', 'hit')} in the ${tier} cache${stored}.${saved}`;
}

function describeComparison(stored: StoredRun | undefined, now: number): string {
  return stored === undefined ? '.' : `: compared with ${describeStored(stored, now)}.`;
}

function describeStored(stored: StoredRun | undefined, now: number): string {
  if (stored === undefined) return 'nothing';
  const took = formatDuration(stored.durationMs);
  return `${shortKey(stored.key)}, stored ${formatAge(now - stored.storedAt)} ago by tr ${printable(stored.producer)} (took ${took})`;
}

/** `tr why` about a task that a package has no command for. Ends with a newline. */
export function renderNoCommand(task: TaskId, colors: boolean): string {
  return `${createPaint(colors)('bold', printable(task))} runs nothing: its package has no script of that name, and the task no \`command\`.\n`;
}
