import type { StoredToken } from './token.js';
import type { TokenFile } from './token-file.js';

/** Where tokens are kept. */
export interface TokenStore {
  /** Those taken back lately among them. Throws when they are there but cannot be read or understood: better no login than a wrong one. */
  list(): Promise<readonly StoredToken[]>;
  add(token: StoredToken): Promise<void>;
  /** Takes a token back; false when there is no such token. `now` in milliseconds since the epoch. */
  revoke(id: string, now: number): Promise<boolean>;
}

/** A file as a store of tokens. */
export function toTokenStore(file: TokenFile): TokenStore {
  return {
    list: async () => file.list(),
    add: async (token) => file.add(token),
    revoke: async (id, now) => file.revoke(id, now),
  };
}
