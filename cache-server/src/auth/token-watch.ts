import { Problem } from '../http/problem.js';
import type { StoredToken } from './token.js';
import type { TokenFile } from './token-file.js';
import type { TokenStore } from './token-store.js';

/** How long a change of the tokens may take to reach a server, milliseconds. */
const REFRESH_MS = 5_000;

/** The tokens of a store that takes a while to ask, as they were some seconds ago. */
export interface TokenWatch {
  readonly tokens: () => readonly StoredToken[];
  stop(): void;
}

/**
 * Looks at the file with every login. Throws when it cannot be read at first. Later (somebody edited it, or made it anew under
 * another account) the tokens read last stay good, and that is told once.
 */
export function watchTokenFile(file: TokenFile, onTrouble: (detail: string) => void): TokenWatch {
  let last = file.list();
  let isTold = false;
  return {
    tokens: () => {
      try {
        last = file.list();
        isTold = false;
      } catch (error) {
        if (!isTold) onTrouble(describeTrouble(error));
        isTold = true;
      }
      return last;
    },
    stop: () => undefined,
  };
}

/**
 * Reads the tokens and goes on doing so. Rejects when they cannot be read at first. Later the ones read last stay good: while a
 * store does not answer there is nothing that they open.
 */
export async function watchTokens(store: TokenStore, onTrouble: (detail: string) => void): Promise<TokenWatch> {
  let tokens = await store.list();
  let isReading = false;
  const read = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    try {
      tokens = await store.list();
    } catch (error) {
      onTrouble(describeTrouble(error));
    } finally {
      isReading = false;
    }
  };
  const timer = setInterval(() => void read(), REFRESH_MS);
  timer.unref();
  return { tokens: () => tokens, stop: () => clearInterval(timer) };
}

function describeTrouble(error: unknown): string {
  return error instanceof Problem ? (error.detail ?? error.code) : String(error);
}
