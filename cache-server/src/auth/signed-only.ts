import type { Scope } from './scope.js';

/**
 * Where only signed artifacts count, for protocols whose clients sign: `tenant`, `tenant/kind` (`acme/release` is all
 * releases) or `tenant/scope`. The server cannot check the signatures, for it has no key; it sees that none is left out.
 */
export type SignedOnlyRule = string;

const RULE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){0,2}$/;

/** True for what can be a rule. */
export function isSignedOnlyRule(text: string): boolean {
  return RULE.test(text);
}

/** True when one of the rules is about this place. */
export function isSignedOnly(
  rules: readonly SignedOnlyRule[],
  place: { readonly tenant: string; readonly scope: Scope },
): boolean {
  return rules.length > 0 && placesOf(place).some((name) => rules.includes(name));
}

/** The rules that may be about a place, the nearest one last. */
export function placesOf({ tenant, scope }: { readonly tenant: string; readonly scope: Scope }): readonly string[] {
  const kind = scope.split('/')[0] ?? scope;
  return [tenant, `${tenant}/${kind}`, `${tenant}/${scope}`];
}
