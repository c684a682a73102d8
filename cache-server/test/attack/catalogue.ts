import type { Attack } from './attack.js';
import type { Issuer } from './issuer.js';
import { oidcAttacks } from './oidc-attacks.js';
import { PROTOCOL_ATTACKS } from './protocol-attacks.js';
import { LOG_ATTACK, SCOPE_ATTACKS } from './scope-attacks.js';
import { WIRE_ATTACKS } from './wire-attacks.js';

/** Every attack there is. */
export function listAttacks(issuer: Issuer): readonly Attack[] {
  return [...SCOPE_ATTACKS, ...oidcAttacks(issuer.forgedKeysUrl), ...PROTOCOL_ATTACKS, ...WIRE_ATTACKS, LOG_ATTACK];
}
