import { compareStrings } from '@tr/model';
import { createPaint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { countOf, formatAge, formatBytes, formatDuration } from '../text/quantities.js';
import { renderTable } from '../text/table.js';

/** What `tr cache status` tells. */
export interface CacheStatusReport {
  readonly directory: string;
  readonly entries: number;
  readonly blobs: number;
  /** Bytes on disk. */
  readonly bytes: number;
  /** Undefined when not bounded. */
  readonly maxBytes: number | undefined;
  readonly maxAgeMs: number | undefined;
  /** Age of the entry that was used longest ago; undefined for an empty cache. */
  readonly oldestMs: number | undefined;
  /** Bytes the entries of a task refer to; blobs shared by tasks count at each. */
  readonly tasks: readonly { readonly task: string; readonly entries: number; readonly bytes: number }[];
}

/** What `tr cache gc` did, or with `dryRun` would do. */
export interface GcReport {
  readonly dryRun: boolean;
  readonly removedEntries: number;
  readonly removedBlobs: number;
  readonly freedBytes: number;
  readonly remainingEntries: number;
  readonly remainingBytes: number;
  readonly durationMs: number;
}

/** What `tr cache verify` found. */
export interface VerifyReport {
  readonly entries: number;
  readonly blobs: number;
  readonly bytes: number;
  readonly problems: readonly {
    /** What is wrong in a word or two: `integrity`, `blob-missing`. */
    readonly kind: string;
    /** The entry or blob, by key, digest or path. */
    readonly subject: string;
    readonly detail: string;
  }[];
  /** Bad things set aside. */
  readonly quarantined: number;
  readonly durationMs: number;
}

/** What was written to a file, or taken from one. */
export interface TransferReport {
  readonly kind: 'exported' | 'imported' | 'kept';
  readonly task: string;
  readonly key: string;
  readonly files: number;
  readonly bytes: number;
}

/** Tasks listed, the largest first. */
const SHOWN_TASKS = 15;

/** `tr cache status` for people. Ends with a newline. */
export function renderCacheStatus(report: CacheStatusReport, colors: boolean): string {
  const paint = createPaint(colors);
  const rows = [
    ['Directory', printable(report.directory)],
    ['Entries', String(report.entries)],
    ['Blobs', String(report.blobs)],
    [
      'Size',
      `${formatBytes(report.bytes)} of ${report.maxBytes === undefined ? 'any size' : `at most ${formatBytes(report.maxBytes)}`}`,
    ],
    ['Age', describeAge(report)],
  ];
  const lines = renderTable(rows);
  if (report.tasks.length > 0)
    lines.push('', ...renderTaskSizes(report.tasks).map((line, index) => (index === 0 ? paint('bold', line) : line)));
  return lines.map((line) => `${line}\n`).join('');
}

/** `tr cache gc` for people. Ends with a newline. */
export function renderGcResult(report: GcReport): string {
  const verb = report.dryRun ? 'Would remove' : 'Removed';
  const removed = `${countOf(report.removedEntries, 'entry', 'entries')} and ${countOf(report.removedBlobs, 'blob')}`;
  const left = `${countOf(report.remainingEntries, 'entry', 'entries')} with ${formatBytes(report.remainingBytes)}`;
  return [
    `${verb} ${removed} (${formatBytes(report.freedBytes)}) in ${formatDuration(report.durationMs)}.`,
    `${report.dryRun ? 'Would leave' : 'Left'} ${left}.`,
    '',
  ].join('\n');
}

/** `tr cache verify` for people: the problems first, the verdict last. Ends with a newline. */
export function renderVerifyResult(report: VerifyReport, colors: boolean): string {
  const paint = createPaint(colors);
  const rows = report.problems.map(({ kind, subject, detail }) => [kind, printable(subject), printable(detail)]);
  const checked = `${countOf(report.entries, 'entry', 'entries')} and ${countOf(report.blobs, 'blob')} (${formatBytes(report.bytes)}) checked in ${formatDuration(report.durationMs)}`;
  if (rows.length === 0) return `${checked}: ${paint('green', 'all good')}.\n`;
  const aside = report.quarantined > 0 ? `, ${report.quarantined} set aside` : '';
  const verdict = `${checked}: ${paint('red', countOf(rows.length, 'problem'))}${aside}.`;
  return [...renderTable(rows), '', verdict, 'The tasks concerned run again the next time they are needed.', ''].join(
    '\n',
  );
}

function describeAge({ oldestMs, maxAgeMs }: CacheStatusReport): string {
  const limit = maxAgeMs === undefined ? 'kept for any time' : `kept for ${formatAge(maxAgeMs)} after the last use`;
  return oldestMs === undefined ? limit : `oldest unused for ${formatAge(oldestMs)}, ${limit}`;
}

function renderTaskSizes(tasks: CacheStatusReport['tasks']): string[] {
  const largest = [...tasks].sort((a, b) => b.bytes - a.bytes || compareStrings(a.task, b.task));
  const rows = largest
    .slice(0, SHOWN_TASKS)
    .map(({ task, entries, bytes }) => [printable(task), String(entries), formatBytes(bytes)]);
  const more = largest.length > SHOWN_TASKS ? [`… and ${countOf(largest.length - SHOWN_TASKS, 'more task')}`] : [];
  return [...renderTable([['Task', 'Entries', 'Size'], ...rows], [1, 2]), ...more];
}

/** `tr cache export` and `tr cache import` for people. Ends with a newline. */
export function renderTransferResult({ kind, task, key, files, bytes }: TransferReport): string {
  const what = `${printable(task)}: ${countOf(files, 'file')}, ${formatBytes(bytes)}, under ${key.slice(0, 16)}`;
  switch (kind) {
    case 'exported':
      return `Exported ${what}.\n`;
    case 'imported':
      return `Imported ${what}.\n`;
    case 'kept':
      return `Imported nothing: there is a result already of ${what}.\n`;
  }
}
