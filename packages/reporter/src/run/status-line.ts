import { formatElapsed } from '../text/quantities.js';
import { truncateToWidth } from '../text/display-width.js';

/** What the status line tells. */
export interface RunStatus {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** Labels, the longest running first. */
  readonly running: readonly string[];
  /** The signal that came: what runs is about to end. */
  readonly stoppedBy: string | undefined;
  readonly elapsedMs: number;
}

/** `[12/40] 7s · 1 failed · running web:build, lib:test` (or `stopping …`), cut to `width` cells. The counts come first: names are cut. */
export function renderStatusLine(status: RunStatus, width: number): string {
  const parts = [`[${status.done}/${status.total}] ${formatElapsed(status.elapsedMs)}`];
  if (status.failed > 0) parts.push(`${status.failed} failed`);
  if (status.running.length > 0) parts.push(`${verbOf(status)} ${status.running.join(', ')}`);
  return truncateToWidth(parts.join(' · '), width);
}

/** What a second Ctrl-C does is said where there is somebody to press it. */
function verbOf({ stoppedBy }: RunStatus): string {
  if (stoppedBy === undefined) return 'running';
  return stoppedBy === 'SIGINT' ? 'stopping (Ctrl-C again to kill)' : 'stopping';
}
