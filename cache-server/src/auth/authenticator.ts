import { sha256 } from '@tr/hash';
import { Problem } from '../http/problem.js';
import { readCredential } from './credential.js';
import { FailedLogins } from './failed-logins.js';
import type { Identity } from './identity.js';
import type { OidcVerifier } from './oidc.js';
import { findToken, REMEMBER_ENDED_MS, type StoredToken } from './token.js';

/** Verified OIDC tokens that are remembered at once. */
const MAX_REMEMBERED = 1000;

/** What logins are checked against. */
export interface AuthenticatorGround {
  /** The tokens there are now. */
  readonly tokens: () => readonly StoredToken[];
  readonly oidc: OidcVerifier | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A login attempt. */
export interface LoginAttempt {
  readonly authorization: string | undefined;
  /** Of the client. */
  readonly address: string;
}

/** Tells who sends a request. */
export class Authenticator {
  readonly #ground: AuthenticatorGround;
  readonly #failed: FailedLogins;
  /** Digest of an OIDC token -> what it was found to be. */
  readonly #remembered = new Map<string, { readonly identity: Identity; readonly expiresAt: number }>();

  /** Digest of a token that was right -> the addresses it came from. */
  readonly #known = new Map<string, Set<string>>();
  #knownCount = 0;
  /** Who the holders of tokens are. */
  readonly #identities = new WeakMap<StoredToken, Identity>();
  #tellWrong: (address: string, credentialDigest: string) => void = () => {};

  constructor(ground: AuthenticatorGround) {
    this.#ground = ground;
    this.#failed = new FailedLogins(ground.now);
  }

  /** Who is told of wrong credentials that were sent here. */
  onWrongLogin(tell: (address: string, credentialDigest: string) => void): void {
    this.#tellWrong = tell;
  }

  /** A wrong credential that was sent here, or to another process of this server. */
  noteWrongLogin(address: string, credentialDigest: string): void {
    this.#failed.note(address, credentialDigest);
  }

  /** Who it is, at once where nobody has to be asked. Throws a problem, or rejects with one, when that is not known. */
  login({ authorization, address }: LoginAttempt): Identity | Promise<Identity> {
    const credential = readCredential(authorization);
    if (credential === undefined) throw new Problem('no-credential');
    const digest = sha256(credential);
    const remembered = this.#recall(digest);
    if (remembered !== undefined) return remembered;
    // Jobs that are logged in already go on; nothing new is looked at, right or wrong, so that guessing gains nothing.
    if (this.#failed.isBlocked(address) && this.#known.get(digest)?.has(address) !== true)
      throw new Problem('too-many-failures');
    const token = findToken(this.#ground.tokens(), digest);
    if (token !== undefined) {
      const identity = this.#checkToken(token);
      this.#noteRight(address, digest);
      return identity;
    }
    return this.#checkOidc(credential, { digest, address });
  }

  #checkToken(token: StoredToken): Identity {
    const { tenant, scope, readOnly, id, expiresAt, revokedAt } = token;
    // When it was taken back is by the clock of another machine, which may be ahead.
    if (revokedAt !== undefined)
      this.#checkEnd(Math.min(expiresAt ?? revokedAt, this.#ground.now()), `token ${id} was revoked`);
    if (expiresAt !== undefined) this.#checkEnd(expiresAt, `token ${id} has expired`);
    const known = this.#identities.get(token);
    if (known !== undefined) return known;
    const identity = { tenant, scope, mayWrite: !readOnly, subject: id };
    this.#identities.set(token, identity);
    return identity;
  }

  #noteRight(address: string, digest: string): void {
    const addresses = this.#known.get(digest);
    if (addresses?.has(address) === true) return;
    if (this.#knownCount >= MAX_REMEMBERED) {
      this.#known.clear();
      this.#knownCount = 0;
    }
    this.#knownCount++;
    const kept = this.#known.get(digest);
    if (kept === undefined) this.#known.set(digest, new Set([address]));
    else kept.add(address);
  }

  /** What was good a while ago is no guess: the run that has it began well. */
  #checkEnd(endsAt: number, detail: string): void {
    const left = endsAt - this.#ground.now();
    if (left <= 0) throw new Problem(left > -REMEMBER_ENDED_MS ? 'ended-credential' : 'bad-credential', detail);
  }

  async #checkOidc(
    credential: string,
    { digest, address }: { readonly digest: string; readonly address: string },
  ): Promise<Identity> {
    const verdict = (await this.#ground.oidc?.verify(credential)) ?? { kind: 'foreign' as const };
    switch (verdict.kind) {
      case 'identity':
        this.#remember(digest, verdict);
        return verdict.identity;
      case 'ended':
        this.#checkEnd(verdict.expiresAt, 'an OIDC token has expired');
        throw new Problem('bad-credential', 'an OIDC token has expired');
      case 'foreign':
        this.#refuse(address, digest);
        throw new Problem('bad-credential', 'unknown token');
      case 'refused':
        this.#refuse(address, digest);
        throw new Problem('bad-credential', verdict.reason);
      case 'no-scope':
        throw new Problem('no-scope');
      case 'unavailable':
        throw new Problem('store-trouble', `keys of the issuer: ${verdict.reason}`);
    }
  }

  #refuse(address: string, digest: string): void {
    this.noteWrongLogin(address, digest);
    this.#tellWrong(address, digest);
  }

  #recall(digest: string): Identity | undefined {
    if (this.#remembered.size === 0) return undefined;
    const found = this.#remembered.get(digest);
    if (found === undefined || found.expiresAt > this.#ground.now()) return found?.identity;
    this.#remembered.delete(digest);
    return undefined;
  }

  #remember(digest: string, verdict: { readonly identity: Identity; readonly expiresAt: number }): void {
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(digest, verdict);
  }
}
