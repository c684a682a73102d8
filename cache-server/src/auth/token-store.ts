import type { StoredToken } from './token.js';
import type { TokenFile } from './token-file.js';

/** Where tokens are kept. */
export interface TokenStore {
  /** Throws when they are there but cannot be read or understood: better no login than a wrong one. */
  list(): Promise<readonly StoredToken[]>;
  add(token: StoredToken): Promise<void>;
  /** False when there is no such token. */
  remove(id: string): Promise<boolean>;
}

/** A file as a store of tokens. */
export function toTokenStore(file: TokenFile): TokenStore {
  return {
    list: async () => file.list(),
    add: async (token) => file.add(token),
    remove: async (id) => file.remove(id),
  };
}
