import type { Difference } from './compare.js';
import type { ParityCase } from './dry-run.js';
import { findKnown } from './known-differences.js';

/** A case and what came of it. */
export interface CaseResult {
  readonly parityCase: ParityCase;
  /** Both refused. */
  readonly refused: boolean;
  readonly tasks: number;
  readonly differences: readonly Difference[];
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
  const open = all.filter((difference) => findKnown(difference) === undefined);
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

function renderCase({ parityCase, refused, tasks, differences }: CaseResult): string {
  const { c, a, known } = computeTotals([{ parityCase, refused, tasks, differences }]);
  const outcome = refused ? 'refused' : `${tasks} tasks`;
  const counts = [c > 0 ? `C ${c}` : '', a > 0 ? `A ${a}` : '', known > 0 ? `known ${known}` : ''].filter(Boolean);
  return `${counts.length === 0 ? '  same' : '! differ'}  ${parityCase.name}  (${[outcome, ...counts].join(', ')})`;
}

function renderDifferences(results: readonly CaseResult[]): readonly string[] {
  const kinds = new Map<string, string[]>();
  for (const { parityCase, differences } of results) {
    for (const difference of differences) {
      const known = findKnown(difference);
      const kind = known === undefined ? `${difference.level} ${difference.field}` : `known: ${known.row}`;
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

function renderDifference({ name }: ParityCase, { place, turbo, ours }: Difference): string {
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
