import { Problem } from '../http/problem.js';
import type { Identity } from './identity.js';
import { kindOfScope } from './scope.js';

/**
 * Takes back the token that a request came with, and tells its id. Only one of a user: tokens of `main` and the like are
 * shared by machines, and clients log out without being asked to revoke anything. Throws `not-revoked` for others, and for what
 * is not kept here.
 */
export async function revokeOwnToken(
  { scope, subject }: Identity,
  revoke: ((id: string) => Promise<boolean>) | undefined,
): Promise<string> {
  if (kindOfScope(scope) !== 'user' || !((await revoke?.(subject)) ?? false)) throw new Problem('not-revoked');
  return subject;
}
