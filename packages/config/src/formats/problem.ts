import type { ConfigFailure } from '@tr/model';

type WithoutPlace<F> = F extends unknown ? Omit<F, 'at' | 'key'> : never;

/**
 * How bad it is. `tolerated`: Turborepo takes the value, so that it is a warning in turbo.json and an error only in our
 * own file. `outdated`: Turborepo took it once; our own file still does, with a warning.
 */
export type ValueVerdict = 'refused' | 'tolerated' | 'outdated';

/** What a value check found, before the walker adds key and position. */
export interface ValueProblem {
  readonly failure: WithoutPlace<Extract<ConfigFailure, { readonly key: string }>>;
  readonly verdict: ValueVerdict;
}

/** The text is refused by Turborepo too. */
export function refuse(failure: ValueProblem['failure']): ValueProblem {
  return { failure, verdict: 'refused' };
}

/** Turborepo takes the text, though it cannot mean anything good. */
export function tolerate(failure: ValueProblem['failure']): ValueProblem {
  return { failure, verdict: 'tolerated' };
}
