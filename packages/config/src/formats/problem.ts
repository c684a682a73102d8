import type { ConfigFailure } from '@tr/model';

type WithoutPlace<F> = F extends unknown ? Omit<F, 'at' | 'key'> : never;

/**
 * What a value check found, before the walker adds key and position. `tolerated`: Turborepo takes the value, so that it
 * is a warning in turbo.json and an error only in our own file.
 */
export interface ValueProblem {
  readonly failure: WithoutPlace<Extract<ConfigFailure, { readonly key: string }>>;
  readonly tolerated: boolean;
}

/** The text is refused by Turborepo too. */
export function refuse(failure: ValueProblem['failure']): ValueProblem {
  return { failure, tolerated: false };
}

/** Turborepo takes the text, though it cannot mean anything good. */
export function tolerate(failure: ValueProblem['failure']): ValueProblem {
  return { failure, tolerated: true };
}
