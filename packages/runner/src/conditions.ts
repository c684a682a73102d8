import type { WhenRule } from '@tr/model';
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
  const isOnBranch = (globs: readonly string[]): boolean => {
    branch ??= { name: facts.findBranch() };
    const { name } = branch;
    return name !== undefined && globs.some((glob) => facts.matches(glob, name));
  };
  return {
    holds: (rule: WhenRule) =>
      (rule.env ?? []).every((name) => (facts.environment[name] ?? '') !== '') &&
      (rule.branches === undefined || isOnBranch(rule.branches)),
  };
}
