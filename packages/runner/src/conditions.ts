import type { UnmetCondition, WhenRule } from '@tr/model';
import type { Conditions } from './ports.js';

/** Facts that `when` rules ask for. */
export interface ConditionFacts {
  /** The branch checked out, undefined when there is none; asked at most once. */
  readonly findBranch: () => string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a name matches a glob. */
  readonly matches: (glob: string, name: string) => boolean;
}

/** Conditions over `facts`. Without a branch no `branches` rule holds; a variable counts when it is not empty. */
export function createConditions(facts: ConditionFacts): Conditions {
  let branch: { readonly name: string | undefined } | undefined;
  const checkBranch = (globs: readonly string[]): UnmetCondition | undefined => {
    branch ??= { name: facts.findBranch() };
    const { name } = branch;
    if (name !== undefined && globs.some((glob) => facts.matches(glob, name))) return undefined;
    return { kind: 'branch', branch: name, globs };
  };
  return {
    findUnmet: ({ env = [], branches }: WhenRule) => {
      const name = env.find((each) => (facts.environment[each] ?? '') === '');
      if (name !== undefined) return { kind: 'env', name };
      return branches === undefined ? undefined : checkBranch(branches);
    },
  };
}
