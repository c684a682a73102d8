import { randomBytes, timingSafeEqual } from 'node:crypto';
import { sha256 } from '@tr/hash';
import { parseScope, type Scope } from './scope.js';

/** A token as it is kept: its SHA-256, never itself. It is random and long, so a slow hash would add nothing. */
export interface StoredToken {
  /** Public name, for lists, logs and revocation. */
  readonly id: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly tenant: string;
  readonly scope: Scope;
  readonly readOnly: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; undefined = never. */
  readonly expiresAt: number | undefined;
  /** Set when somebody took it back, milliseconds since the epoch; it has expired then too, for servers that do not know this. */
  readonly revokedAt?: number;
}

/** For so long it is remembered that a token was good once, milliseconds: runs that began with it are told something else than guesses. */
export const REMEMBER_ENDED_MS = 24 * 60 * 60 * 1000;

/** What a new token may do. */
export type TokenTerms = Pick<StoredToken, 'tenant' | 'scope' | 'readOnly' | 'expiresAt'>;

/** A new token. `text` is shown once and kept nowhere. */
export function createToken(terms: TokenTerms, now: number): { readonly text: string; readonly stored: StoredToken } {
  const id = randomBytes(6).toString('hex');
  const text = `trc_${id}_${randomBytes(32).toString('base64url')}`;
  return { text, stored: toStoredToken(text, { ...terms, id, createdAt: now }) };
}

/** The kept form of a token that somebody else made up. */
export function toStoredToken(text: string, rest: Omit<StoredToken, 'hash'>): StoredToken {
  return { ...rest, hash: hashOf(text) };
}

/** What was looked for last: requests of one client come in a row. A digest is no secret. */
let lastWanted = { hash: '', bytes: Buffer.alloc(0) };

/** The token whose SHA-256 is `hash` (hex), among `tokens`. Takes the same time whichever it is. */
export function findToken(tokens: readonly StoredToken[], hash: string): StoredToken | undefined {
  if (lastWanted.hash !== hash) lastWanted = { hash, bytes: Buffer.from(hash, 'hex') };
  const wanted = lastWanted.bytes;
  let found: StoredToken | undefined;
  for (const token of tokens) {
    if (timingSafeEqual(hashBytes(token), wanted)) found = token;
  }
  return found;
}

const knownBytes = new WeakMap<StoredToken, Buffer>();

/** Every login compares with every token: its bytes are read once. */
function hashBytes(token: StoredToken): Buffer {
  const known = knownBytes.get(token);
  if (known !== undefined) return known;
  const bytes = Buffer.from(token.hash, 'hex');
  knownBytes.set(token, bytes);
  return bytes;
}

/** Tokens after one was taken back, without those that nobody has to remember any more; undefined when it is not there. */
export function revokeToken(
  tokens: readonly StoredToken[],
  id: string,
  now: number,
): readonly StoredToken[] | undefined {
  if (!tokens.some((token) => token.id === id && token.revokedAt === undefined)) return undefined;
  return tokens
    .filter(({ revokedAt }) => revokedAt === undefined || revokedAt > now - REMEMBER_ENDED_MS)
    .map((token) =>
      token.id === id ? { ...token, expiresAt: Math.min(token.expiresAt ?? now, now), revokedAt: now } : token,
    );
}

/** Reads a kept token; undefined for anything else. */
export function parseStoredToken(value: unknown): StoredToken | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, hash, tenant, scope, readOnly, createdAt, expiresAt, revokedAt } = value as Record<string, unknown>;
  const isText = typeof id === 'string' && typeof tenant === 'string' && typeof scope === 'string';
  if (!isText || typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return undefined;
  const parsedScope = parseScope(scope);
  if (parsedScope === undefined || typeof readOnly !== 'boolean' || typeof createdAt !== 'number') return undefined;
  if (expiresAt !== undefined && typeof expiresAt !== 'number') return undefined;
  if (revokedAt !== undefined && typeof revokedAt !== 'number') return undefined;
  const token = { id, hash, tenant, scope: parsedScope, readOnly, createdAt, expiresAt };
  return revokedAt === undefined ? token : { ...token, revokedAt };
}

function hashOf(text: string): string {
  return sha256(text);
}
