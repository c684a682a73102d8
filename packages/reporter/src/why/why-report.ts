import type { ActionKey, CacheTier, MissReason, TaskId } from '@tr/model';

/** The stored run a task was compared with: the nearest one. */
export interface StoredRun {
  readonly key: ActionKey;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
  /** How long that execution took, milliseconds. */
  readonly durationMs: number;
  /** Version of `tr` that stored it. */
  readonly producer: string;
}

/** A dependency that diverges by itself, with what changed there. */
export interface DivergingDependency {
  readonly task: TaskId;
  readonly reasons: readonly MissReason[];
}

/** The stored state that a task with `snapshot` starts from, or started from when it is a hit. */
export interface StateAncestor {
  readonly service: string;
  readonly key: ActionKey;
  readonly tier: CacheTier;
  /** Number of steps that are in it. */
  readonly kept: number;
  /** Steps that are applied on top of it, sorted. */
  readonly applied: readonly string[];
}

/** The answer to `tr why <task>`. */
export interface WhyReport {
  readonly task: TaskId;
  readonly key: ActionKey;
  /** With a hit, `reasons` are why it ran when it was stored. */
  readonly verdict:
    | {
        readonly hit: true;
        readonly tier: CacheTier;
        readonly timeSavedMs: number;
        /** Milliseconds since the epoch; undefined when that is not known. */
        readonly storedAt: number | undefined;
        readonly reasons: readonly MissReason[];
      }
    | { readonly hit: false; readonly reasons: readonly MissReason[] };
  /** The nearest stored run, with a hit the nearest of those stored before it; undefined when there is none. */
  readonly comparedWith: StoredRun | undefined;
  /** First diverging dependencies, each once, nearest first; empty unless a dependency is a reason. */
  readonly dependencies: readonly DivergingDependency[];
  /** Absent for a task without `snapshot`, and where it starts from nothing. */
  readonly ancestor?: StateAncestor | undefined;
}
