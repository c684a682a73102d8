import type { Random } from '../histories/random.js';
import type { Program } from '../rig/program.js';

/** One step of a history: which of the groups of changes, which of them, and with which numbers. */
export interface Step {
  readonly group: number;
  readonly name: string;
  readonly seed: number;
}

/** A history that a seed decides. */
export interface History<K extends string> {
  readonly seed: number;
  readonly kind: K;
  readonly steps: readonly Step[];
  /** It is about recorded runs. */
  readonly repeats?: boolean;
}

/** Where scenes are made: the one that is followed, and the copies that are run from nothing. With whom: see `turns.ts`. */
export interface Places {
  readonly warm: string;
  readonly cold: string;
  readonly programs?: readonly Program[];
}

/** What went wrong, or how many steps were made. */
export interface Outcome {
  readonly steps: number;
  readonly story: readonly string[];
  readonly differences: readonly string[];
}

/** Groups of changes, by name, and how often one of each is made. */
export type Weights<C> = readonly (readonly [changes: Readonly<Record<string, C>>, weight: number])[];

/** Steps that `random` decides. */
export function makeSteps<C>(random: Random, length: number, weights: Weights<C>): readonly Step[] {
  const all = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return Array.from({ length }, (): Step => {
    let at = random.below(all);
    const group = Math.max(
      weights.findIndex(([, weight]) => (at -= weight) < 0),
      0,
    );
    return { group, name: random.pick(Object.keys(weights[group]?.[0] ?? {})), seed: random.below(2 ** 31) };
  });
}

/** The change that a step makes. */
export function changeOf<C>({ group, name }: Step, weights: Weights<C>): C | undefined {
  return weights[group]?.[0][name];
}
