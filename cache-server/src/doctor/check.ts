import type { StoreFailure } from '@tr/model';
import type { StoreResult } from '@tr/store';

/** Something that the store must be able to do. */
export type CheckName =
  | 'put'
  | 'get'
  | 'absent'
  | 'range'
  | 'multipart'
  | 'list'
  | 'copy'
  | 'delete'
  | 'conditional-write'
  | 'overwrite-check'
  | 'clock'
  | 'first-write';

/** How it went. */
export interface CheckOutcome {
  readonly name: CheckName;
  /** `warning`: the server works without it, in another way. `skipped`: what it builds on has failed. */
  readonly verdict: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly cause?: CheckCause;
}

export type CheckCause =
  | { readonly kind: 'failure'; readonly failure: StoreFailure }
  /** It answered, but not what was put. */
  | { readonly kind: 'other-content' }
  /** The condition was ignored. */
  | { readonly kind: 'ignored' }
  /** Its clock differs from ours, milliseconds. */
  | { readonly kind: 'skew'; readonly ms: number };

/** An outcome of a step: undefined = as it should be. */
export type StepResult = CheckCause | undefined;

/** Runs steps one after the other. A `base` step that fails ends it: the rest would say the same again. */
export async function runChecks(
  steps: readonly {
    readonly name: CheckName;
    readonly isBase?: boolean;
    readonly isOptional?: boolean;
    readonly run: () => Promise<StepResult>;
  }[],
): Promise<readonly CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  let isOver = false;
  for (const { name, isBase = false, isOptional = false, run } of steps) {
    if (isOver) {
      outcomes.push({ name, verdict: 'skipped' });
      continue;
    }
    const cause = await run();
    if (cause === undefined) outcomes.push({ name, verdict: 'ok' });
    else outcomes.push({ name, verdict: isOptional ? 'warning' : 'failed', cause });
    isOver = isBase && cause !== undefined;
  }
  return outcomes;
}

/** The step of one call of a store. */
export function toResult(result: StoreResult<unknown>): StepResult {
  return result.ok ? undefined : { kind: 'failure', failure: result.failure };
}
