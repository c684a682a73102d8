import type { Failure, TaskId } from '@tr/model';
import type { Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { describeFailure, positionOf } from '../words/describe-failure.js';
import { describeNotSaved } from '../words/not-saved.js';
import type { NotSaved, RunTally } from './run-tally.js';

/** Different warnings of one code that are shown before the rest is only counted. */
const SHOWN_PER_CODE = 5;

/** Tasks named in one list. */
const SHOWN_TASKS = 10;

/** Warnings of a run, each kept once with the number of times it came. */
export class Warnings {
  readonly #byText = new Map<string, { readonly failure: Failure; count: number }>();

  /** True when this one is new. */
  add(failure: Failure): boolean {
    const text = describeWarning(failure);
    const known = this.#byText.get(text);
    if (known === undefined) this.#byText.set(text, { failure, count: 1 });
    else known.count += 1;
    return known === undefined;
  }

  /** A line per warning, then how many more of a code there were. */
  render(paint: Paint): string {
    const perCode = new Map<string, number>();
    const lines: string[] = [];
    for (const [text, { failure, count }] of this.#byText) {
      const shown = perCode.get(failure.code) ?? 0;
      perCode.set(failure.code, shown + 1);
      if (shown < SHOWN_PER_CODE) lines.push(`${renderWarning(text, paint)}${count > 1 ? ` (${count} times)` : ''}\n`);
    }
    for (const [code, count] of perCode) {
      const more = count - SHOWN_PER_CODE;
      if (more > 0) lines.push(`${renderWarning(`${more} more of ${code}.`, paint)}\n`);
    }
    return lines.join('');
  }
}

/** One warning as a line of text, where it lies first, what to do last. */
export function describeWarning(failure: Failure): string {
  const { what, next } = describeFailure(failure);
  const at = positionOf(failure);
  const where = at === undefined ? '' : `${printable(at.file)}:${at.line}:${at.column} `;
  return `${where}${what}${next === undefined ? '' : ` ${next}`}`;
}

/** A warning as it is printed. */
export function renderWarning(text: string, paint: Paint): string {
  return `${paint('yellow', ' WARNING ')} ${text}`;
}

/** Tasks that passed only after a retry, and results that were not stored although the user did not ask for that. */
export function renderRemarks(
  tally: RunTally,
  { paint, parallel }: { readonly paint: Paint; readonly parallel: boolean },
): string {
  const flaky = tally.flaky.map(
    ({ task, attempts }) => `${printable(task)} is flaky: it passed only at attempt ${attempts}.`,
  );
  const notSaved = tally.notSaved
    .filter(isSurprising)
    .map((entry) => `${printable(entry.task)} was not stored: ${describeReason(entry, parallel)}.`);
  return [...bounded(flaky, 'flaky'), ...bounded(notSaved, 'not stored')]
    .map((text) => `${renderWarning(text, paint)}\n`)
    .join('');
}

function isSurprising({ reason, unsoundDependency }: NotSaved): boolean {
  if (unsoundDependency !== undefined) return true;
  return reason.reason !== 'cache-off' && reason.reason !== 'not-cacheable' && reason.reason !== 'flaky';
}

function describeReason({ reason, unsoundDependency }: NotSaved, parallel: boolean): string {
  if (unsoundDependency === undefined) return describeNotSaved(reason);
  if (parallel) return `\`--parallel\` did not wait for ${printable(unsoundDependency)}, which it depends on`;
  return `the outputs of ${printable(unsoundDependency satisfies TaskId)}, which it depends on, cannot be trusted`;
}

function bounded(lines: readonly string[], kind: string): string[] {
  if (lines.length <= SHOWN_TASKS) return [...lines];
  return [...lines.slice(0, SHOWN_TASKS), `${lines.length - SHOWN_TASKS} more are ${kind}.`];
}
