import type { ActionKey, MissReason, RunEvent, TaskId } from '@tr/model';
import type { Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { countOf, formatDuration } from '../text/quantities.js';
import { describeMissReasons } from '../words/miss-reason.js';
import { firstOf } from '../words/names.js';

/** What Turborepo-shaped output calls the hash: the first 16 hex digits of the key. */
export function shortKey(key: ActionKey): string {
  return key.slice(0, 16);
}

/** `cache hit, replaying logs <hash> (restored from remote, saved 1.2s)`. */
export function describeHit(event: Extract<RunEvent, { type: 'cache-hit' }>, replays: boolean, paint: Paint): string {
  const where = event.outcome === 'fresh' ? 'fresh' : `restored from ${event.tier}`;
  const saved = event.timeSavedMs > 0 ? `, saved ${formatDuration(event.timeSavedMs)}` : '';
  const verb = replays ? 'replaying' : 'suppressing';
  return `cache hit, ${verb} logs ${paint('dim', shortKey(event.key))} ${paint('dim', `(${where}${saved})`)}`;
}

/** `cache miss, executing <hash>: <reasons>`, or Turborepo's words for a cache that was not asked. */
export function describeMiss(event: Extract<RunEvent, { type: 'cache-miss' }>, paint: Paint): string {
  const hash = paint('dim', shortKey(event.key));
  if (event.reasons.some(isBypass)) return `cache bypass, force executing ${hash}`;
  const why = describeMissReasons(event.reasons);
  return `cache miss, executing ${hash}${why === '' ? '' : `: ${why}`}`;
}

/** `db: 120 steps are restored from local 0123456789abcdef, 1 is to be applied: 0121_x.py`. */
export function describeAncestor(event: Extract<RunEvent, { type: 'snapshot-ancestor' }>): string {
  const { service, kept, applied, tier, key } = event;
  const rest = applied.length === 0 ? '' : `, ${applied.length} to apply: ${firstOf(applied)}`;
  return `${printable(service)}: ${countOf(kept, 'step')} restored from ${tier} ${shortKey(key)}${rest}`;
}

/** Why nothing seems to happen. */
export function describeHolder(task: TaskId, holder: number): string {
  return `${printable(task)} is being executed by another run (process ${holder}): waiting for it.`;
}

function isBypass(reason: MissReason): boolean {
  return reason.reason === 'cache-off' || reason.reason === 'not-cacheable';
}
