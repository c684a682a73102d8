import type { Scope } from './scope.js';

/** Who sends a request, as its verified credential says. Nothing in here comes from the client's word. */
export interface Identity {
  /** Tenants never see each other's entries. */
  readonly tenant: string;
  readonly scope: Scope;
  readonly mayWrite: boolean;
  /** For logs: the id of a token, or issuer and subject of an OIDC token. Never the credential. */
  readonly subject: string;
}
