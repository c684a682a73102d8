import type { Difference } from './compare.js';
import type { Answer, ParityCase } from './dry-run.js';

/** A difference, and the row of our choice that explains it; undefined = it is a bug. */
export interface JudgedDifference extends Difference {
  readonly known: string | undefined;
}

/** A case and what came of it. */
export interface CaseResult {
  readonly parityCase: ParityCase;
  readonly turbo: Answer;
  readonly ours: Answer;
  /** Both refused. */
  readonly isRefused: boolean;
  readonly tasks: number;
  readonly differences: readonly JudgedDifference[];
}

/** Counts over cases; `known` are the differences of either level that we chose. */
export interface Totals {
  readonly cases: number;
  readonly tasks: number;
  readonly c: number;
  readonly a: number;
  readonly known: number;
}

/** How many differences of the same kind are shown in full. */
const SHOWN_PER_KIND = 3;
const LONGEST_VALUE = 700;

/** Adds results up. */
export function computeTotals(results: readonly CaseResult[]): Totals {
  const all = results.flatMap(({ differences }) => differences);
  const open = all.filter(({ known }) => known === undefined);
  return {
    cases: results.length,
    tasks: results.reduce((sum, { tasks }) => sum + tasks, 0),
    c: open.filter(({ level }) => level === 'C').length,
    a: open.filter(({ level }) => level === 'A').length,
    known: all.length - open.length,
  };
}

/** One line per case, totals, then the first differences of each kind in full. */
export function renderReport(results: readonly CaseResult[], all: boolean): string {
  const shown = all ? results : results.filter(({ differences }) => differences.length > 0);
  const totals = computeTotals(results);
  return [
    ...shown.map(renderCase),
    `${totals.cases} cases, ${totals.tasks} tasks compared: ${totals.c} C, ${totals.a} A, ${totals.known} known differences`,
    ...renderDifferences(results),
    '',
  ].join('\n');
}

function renderCase(result: CaseResult): string {
  const { c, a, known } = computeTotals([result]);
  const outcome = result.isRefused ? 'refused' : `${result.tasks} tasks`;
  const counts = [c > 0 ? `C ${c}` : '', a > 0 ? `A ${a}` : '', known > 0 ? `known ${known}` : ''].filter(Boolean);
  const verdict = counts.length === 0 ? '  same' : '! differ';
  return `${verdict}  ${result.parityCase.name}  (${[outcome, ...counts].join(', ')})`;
}

function renderDifferences(results: readonly CaseResult[]): readonly string[] {
  const kinds = new Map<string, string[]>();
  for (const { parityCase, differences } of results) {
    for (const difference of differences) {
      const { level, field, known } = difference;
      const kind = known === undefined ? `${level} ${field}` : `known: ${known}`;
      const list = kinds.get(kind) ?? [];
      kinds.set(kind, list);
      list.push(renderDifference(parityCase, difference));
    }
  }
  return [...kinds]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([kind, list]) => {
      const rest = list.length - SHOWN_PER_KIND;
      return [
        '',
        `${kind}: ${list.length}`,
        ...list.slice(0, SHOWN_PER_KIND),
        ...(rest > 0 ? [`  and ${rest} more`] : []),
      ];
    });
}

function renderDifference({ name }: ParityCase, { of, key = '', turbo, ours }: Difference): string {
  const place = [of, key].filter(Boolean).join(' ');
  return [
    `  ${place === '' ? '' : `${place} `}in: ${name}`,
    `    turbo ${show(turbo)}`,
    `    ours  ${show(ours)}`,
  ].join('\n');
}

function show(value: Difference['turbo']): string {
  const text = value === undefined ? '(nothing)' : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
