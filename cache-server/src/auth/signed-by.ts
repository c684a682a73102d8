import type { TrustedKeys } from '@tr/transport';
import type { Scope } from './scope.js';
import { placesOf, type SignedOnlyRule } from './signed-only.js';

/** Whose signatures count, by place, for entries of `tr`: the server has the public keys, so it checks. */
export type SignedBy = ReadonlyMap<SignedOnlyRule, TrustedKeys>;

/** The keys of the nearest rule about this place: its scope, its kind of scope, its tenant. Undefined = signatures are not asked for. */
export function findSigners(
  rules: SignedBy,
  place: { readonly tenant: string; readonly scope: Scope },
): TrustedKeys | undefined {
  if (rules.size === 0) return undefined;
  const nearest = placesOf(place).findLast((name) => rules.has(name));
  return nearest === undefined ? undefined : rules.get(nearest);
}
