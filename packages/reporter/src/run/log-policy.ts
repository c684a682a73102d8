import type { OutputLogs } from '@tr/model';

/** `if-failed`: held back until the end, and dropped when the task did not fail. */
export type Visibility = 'shown' | 'if-failed' | 'hidden';

/** What is shown of one task. */
export interface LogPolicy {
  /** The line about the cache. */
  readonly header: Visibility;
  readonly body: Visibility;
}

/** Turborepo's table of `outputLogs`, for a task taken from the cache and for one that executes. */
export function policyOf(log: OutputLogs, phase: 'hit' | 'miss'): LogPolicy {
  switch (log) {
    case 'full':
      return { header: 'shown', body: 'shown' };
    case 'hash-only':
      return { header: 'shown', body: 'hidden' };
    case 'new-only':
      return { header: 'shown', body: phase === 'miss' ? 'shown' : 'hidden' };
    case 'errors-only':
      return { header: 'if-failed', body: 'if-failed' };
    case 'none':
      return { header: 'hidden', body: 'hidden' };
  }
}
