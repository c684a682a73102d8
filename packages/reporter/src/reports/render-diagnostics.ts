import { compareStrings, type Diagnostic, type SourcePosition } from '@tr/model';
import { displayWidth } from '../text/display-width.js';
import { createPaint, type Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { countOf } from '../text/quantities.js';
import { describeFailure, positionOf } from '../words/describe-failure.js';

/** Text of one line of a file (lines count from 1), without its end; undefined when it cannot be had. */
export type LineReader = (file: string, line: number) => string | undefined;

/** Cells of a source line shown around the place. */
const SOURCE_WIDTH = 100;

/** Cells of it that a place has to its right at the least, where the line goes on. */
const CONTEXT = 20;

/**
 * All diagnostics, errors first, then by place: `file:line:column code message`, the source line with a caret where
 * it can be read, what to do next; a line of counts at the end. Empty for none, else ends with a newline.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  look: { readonly colors: boolean; readonly readLine?: LineReader },
): string {
  if (diagnostics.length === 0) return '';
  const paint = createPaint(look.colors);
  const blocks = [...diagnostics]
    .sort(compareDiagnostics)
    .map((diagnostic) => renderDiagnostic(diagnostic, paint, look.readLine));
  return `${blocks.join('\n')}\n${renderCounts(diagnostics)}\n`;
}

function renderDiagnostic({ severity, failure }: Diagnostic, paint: Paint, readLine: LineReader | undefined): string {
  const { what, next } = describeFailure(failure);
  const at = positionOf(failure);
  const place = at === undefined ? '' : `${paint('bold', `${printable(at.file)}:${at.line}:${at.column}`)} `;
  const code = paint(severity === 'error' ? 'red' : 'yellow', failure.code);
  const lines = [
    `${place}${code} ${severity === 'warning' ? 'warning: ' : ''}${what}`,
    ...(at === undefined ? [] : renderSource(at, readLine?.(at.file, at.line), paint)),
    ...(next === undefined ? [] : [`  next: ${next}`]),
    '',
  ];
  return lines.join('\n');
}

/** The line and a caret below the column; of a long line what lies around it, with `…` for what is cut. */
function renderSource(at: SourcePosition, source: string | undefined, paint: Paint): string[] {
  if (source === undefined) return [];
  const isCut = source.length > SOURCE_WIDTH && at.column > SOURCE_WIDTH - CONTEXT;
  const start = isCut ? at.column - SOURCE_WIDTH / 2 : 0;
  const [left, right] = [start > 0 ? '…' : '', source.length > start + SOURCE_WIDTH ? '…' : ''];
  const text = `${left}${toOneLine(source.slice(start, start + SOURCE_WIDTH))}${right}`;
  const before = `${left}${toOneLine(source.slice(start, at.column - 1))}`;
  const margin = String(at.line);
  const caret = ' '.repeat(displayWidth(before));
  return [
    `  ${paint('dim', `${margin} |`)} ${text}`.trimEnd(),
    `  ${paint('dim', `${' '.repeat(margin.length)} |`)} ${caret}${paint('red', '^')}`,
  ];
}

function toOneLine(text: string): string {
  return printable(text.replaceAll('\t', '  '));
}

function renderCounts(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const parts = [errors > 0 ? countOf(errors, 'error') : '', warnings > 0 ? countOf(warnings, 'warning') : ''];
  return `${parts.filter(Boolean).join(', ')}.`;
}

function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  if (a.severity !== b.severity) return a.severity === 'error' ? -1 : 1;
  const left = positionOf(a.failure);
  const right = positionOf(b.failure);
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  return compareStrings(left.file, right.file) || left.line - right.line || left.column - right.column;
}
