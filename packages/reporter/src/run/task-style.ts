import { parseTaskId, type TaskId } from '@tr/model';
import { type ByteString, toByteString } from './byte-string.js';
import { printable } from '../text/printable.js';
import type { Paint, Style } from '../text/paint.js';

/** Turborepo's cycle of prefix colours. */
const COLORS: readonly Style[] = ['cyan', 'magenta', 'green', 'yellow', 'blue'];

/** How one task is named in the log. */
export interface TaskStyle {
  /** `web:build`, or `build` in a single-package repository. */
  readonly label: string;
  /** Put before each line: `web:build: ` in the colour of the task; empty without prefixes. */
  readonly prefix: ByteString;
}

/** The label of a task; ids without a package are shown as they are. */
export function labelOf(task: TaskId, kind: 'monorepo' | 'single'): string {
  const parts = parseTaskId(task);
  if (parts === undefined) return printable(task);
  return printable(kind === 'single' ? parts.task : `${parts.package}:${parts.task}`);
}

/** Chooses label and colour; `index` is the place of the task in the run, so that a colour stays with a task. */
export function createTaskStyle(label: string, index: number, prefixed: Paint | undefined): TaskStyle {
  const color = COLORS[index % COLORS.length] ?? 'cyan';
  const text = prefixed === undefined ? '' : prefixed(color, `${label}: `);
  return { label, prefix: toByteString(text) };
}
