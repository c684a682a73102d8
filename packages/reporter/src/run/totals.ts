import type { RunResult } from '@tr/model';
import type { Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { formatDuration } from '../text/quantities.js';
import type { RunTally } from './run-tally.js';

/** One line of the block: its label and what it says. */
type Row = readonly [label: string, text: string];

/**
 * The block of totals. `Tasks`, `Cached`, `Time` and `Failed` are Turborepo's lines to the letter, since scripts
 * search for them; the lines between them are ours.
 */
export function renderTotals(tally: RunTally, result: RunResult, paint: Paint): string {
  const rows: Row[] = [
    ['Tasks', `${paint('green', `${tally.successful} successful`)}, ${tally.attempted} total`],
    ['Cached', `${tally.cached} cached, ${tally.attempted} total`],
    [
      'Time',
      `${formatDuration(result.durationMs)}${isAllCached(tally) ? ` ${paint('magenta', '>>> FULL TURBO')}` : ''}`,
    ],
  ];
  const detail = describeOutcomes(tally);
  if (detail !== '') rows.push(['Detail', detail]);
  if (tally.timeSavedMs > 0) rows.push(['Saved', formatDuration(tally.timeSavedMs)]);
  if (result.signal !== undefined) rows.push(['Stopped', `by ${result.signal}`]);
  const failed = tally.failed.map(({ task }) => printable(task)).sort();
  if (failed.length > 0) rows.push(['Failed', paint('red', failed.join(', '))]);
  return renderRows(rows, paint);
}

/** A run that was stopped, or that left tasks out after a failure, is not complete, whatever it had from the cache. */
function isAllCached(tally: RunTally): boolean {
  return tally.attempted > 0 && tally.cached === tally.attempted && tally.outcomes.aborted === 0;
}

function describeOutcomes(tally: RunTally): string {
  const { outcomes } = tally;
  const parts: string[] = [];
  const add = (count: number, text: string): void => {
    if (count > 0) parts.push(`${count} ${text}`);
  };
  add(outcomes.fresh, 'fresh');
  add(
    outcomes.restored,
    tally.restoredFromRemote > 0 ? `restored (${tally.restoredFromRemote} from remote)` : 'restored',
  );
  add(outcomes.executed, 'executed');
  add(outcomes.failed, 'failed');
  add(tally.skippedForDependency, 'skipped after a failed dependency');
  add(tally.skippedByWhen, 'skipped by `when`');
  add(outcomes.skipped - tally.skippedForDependency - tally.skippedByWhen, 'skipped');
  add(outcomes.aborted, 'aborted');
  return parts.join(', ');
}

function renderRows(rows: readonly Row[], paint: Paint): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 1;
  const lines = rows.map(([label, text]) => `${paint('bold', `${label}:`.padStart(width))}    ${text}\n`);
  return `\n${lines.join('')}\n`;
}
