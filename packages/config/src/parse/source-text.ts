import type { SourcePosition } from '@tr/model';

/** The text of a file, able to tell where an offset is. Lines are counted only once somebody asks. */
export interface SourceText {
  /** As printed in positions. */
  readonly path: string;
  readonly text: string;
  /** `offset` counts UTF-16 units from 0. */
  positionAt(offset: number): SourcePosition;
}

/** Wraps `text`. A byte order mark stays out of it. */
export function createSourceText(path: string, raw: string): SourceText {
  const text = raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
  let lineStarts: readonly number[] | undefined;
  return {
    path,
    text,
    positionAt: (offset) => {
      lineStarts ??= findLineStarts(text);
      const line = findLine(lineStarts, offset);
      return { file: path, line: line + 1, column: offset - (lineStarts[line] ?? 0) + 1 };
    },
  };
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Index of the last line that starts at or before `offset`. */
function findLine(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
