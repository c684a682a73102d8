import { createRemoteJWKSet, customFetch, decodeJwt, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { isRecord } from '@tr/model';
import { applyRules, type ClaimRule } from './claim-rules.js';
import type { Identity } from './identity.js';
import { isKeyAddress } from './key-address.js';

/** An issuer of CI tokens that this server trusts. */
export interface TrustedIssuer {
  /** As in the `iss` claim, exactly. */
  readonly issuer: string;
  /** As in the `aud` claim. */
  readonly audience: string;
  readonly tenant: string;
  /** Where its keys are; found through its discovery document when left out. */
  readonly jwksUrl: string | undefined;
  readonly rules: readonly ClaimRule[];
}

/** What an OIDC token turned out to be. */
export type OidcVerdict =
  | { readonly kind: 'identity'; readonly identity: Identity; readonly expiresAt: number }
  /** Not a JWT, or of an issuer that is not ours: somebody else may know it. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Ours in everything but that its time is over. */
  | { readonly kind: 'ended'; readonly expiresAt: number }
  | { readonly kind: 'no-scope' }
  /** The keys could not be had. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Public-key algorithms only: a public key must never be taken for a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_S = 30;
const KEY_CACHE_MS = 10 * 60 * 1000;
const FETCH_TIMEOUT_MS = 5000;
const MAX_DISCOVERY_BYTES = 256 * 1024;
/** What the library says of the keys: they did not come, or what came is none. All its other errors are about the token. */
const ABOUT_KEYS = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];

/** Checks OIDC tokens of trusted issuers; keys are fetched when needed and kept. */
export class OidcVerifier {
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>;
  readonly #keys = new Map<string, Promise<JWTVerifyGetKey>>();
  readonly #now: () => number;

  /** `now` in milliseconds since the epoch. */
  constructor(issuers: readonly TrustedIssuer[], now: () => number) {
    this.#issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
    this.#now = now;
  }

  /** What `token` is. Never rejects. */
  async verify(token: string): Promise<OidcVerdict> {
    const trusted = this.#issuers.get(claimedIssuer(token) ?? '');
    if (trusted === undefined) return { kind: 'foreign' };
    try {
      const { payload } = await jwtVerify(token, await this.#keysOf(trusted), {
        issuer: trusted.issuer,
        audience: trusted.audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'iat', 'sub'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(this.#now()),
      });
      const granted = applyRules(trusted.rules, payload);
      if (granted === undefined) return { kind: 'no-scope' };
      const subject = `${trusted.issuer}|${String(payload.sub)}`;
      return {
        kind: 'identity',
        identity: { tenant: trusted.tenant, ...granted, subject },
        expiresAt: (payload.exp ?? 0) * 1000,
      };
    } catch (error) {
      return toVerdict(error, trusted.rules);
    }
  }

  #keysOf(trusted: TrustedIssuer): Promise<JWTVerifyGetKey> {
    let keys = this.#keys.get(trusted.issuer);
    if (keys === undefined) {
      keys = loadKeys(trusted);
      this.#keys.set(trusted.issuer, keys);
      // A failure is not kept: the issuer may be back next time.
      keys.catch(() => this.#keys.delete(trusted.issuer));
    }
    return keys;
  }
}

/** Keys that could not be had, as against a token that is wrong. */
class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

function toVerdict(error: unknown, rules: readonly ClaimRule[]): OidcVerdict {
  if (error instanceof KeysUnavailableError || (error instanceof errors.JOSEError && ABOUT_KEYS.includes(error.code)))
    return { kind: 'unavailable', reason: error.message };
  // Signature, issuer and audience were found right before its time was looked at.
  if (error instanceof errors.JWTExpired && applyRules(rules, error.payload) !== undefined)
    return { kind: 'ended', expiresAt: (error.payload.exp ?? 0) * 1000 };
  // The name of the claim: a wrong audience is what most often is wrong with a new trust file.
  if (error instanceof errors.JWTClaimValidationFailed)
    return { kind: 'refused', reason: `${error.code} ${error.claim}` };
  if (error instanceof errors.JOSEError) return { kind: 'refused', reason: error.code };
  throw error;
}

function claimedIssuer(token: string): string | undefined {
  if (token.split('.').length !== 3) return undefined;
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

async function loadKeys(trusted: TrustedIssuer): Promise<JWTVerifyGetKey> {
  const url = trusted.jwksUrl ?? (await discoverKeys(trusted.issuer));
  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: KEY_CACHE_MS,
    [customFetch]: async (address, options) => await fetchKnown(String(address), options),
  });
}

async function discoverKeys(issuer: string): Promise<string> {
  const response = await fetchKnown(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (!response.ok) throw new KeysUnavailableError('no discovery document');
  try {
    const text = await response.text();
    const document: unknown = text.length > MAX_DISCOVERY_BYTES ? undefined : JSON.parse(text);
    const { issuer: own, jwks_uri: url } = isRecord(document) ? document : {};
    if (own === issuer && typeof url === 'string' && isKeyAddress(url)) return url;
  } catch {
    // Cut off, or not JSON: as good as none.
  }
  throw new KeysUnavailableError('a discovery document of somebody else, or without an https address of keys');
}

async function fetchKnown(address: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...options, redirect: 'error' });
  } catch (error) {
    throw new KeysUnavailableError(error instanceof Error ? error.message : 'no connection');
  }
}
