import { readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '@tr/model';
import { nodeDisk } from '@tr/store';
import { Problem } from '../http/problem.js';
import { withLock } from './file-lock.js';
import { parseStoredToken, revokeToken, type StoredToken } from './token.js';
import { writeBeside } from './write-beside.js';

const VERSION = 1;

/** Tokens in one JSON file, written whole. A running server sees what other processes write. */
export interface TokenFile {
  /** Those taken back lately among them. Throws when the file is there but cannot be read or understood: better no login than a wrong one. */
  list(): readonly StoredToken[];
  add(token: StoredToken): void;
  /** Takes a token back; false when there is no such token. `now` in milliseconds since the epoch. */
  revoke(id: string, now: number): boolean;
}

/** The tokens of a file that need not exist yet. */
export function openTokenFile(path: string): TokenFile {
  let seen: { readonly stamp: string; readonly tokens: readonly StoredToken[] } = { stamp: '', tokens: [] };
  const list = (): readonly StoredToken[] => {
    const stamp = stampOf(path);
    if (stamp !== seen.stamp) seen = { stamp, tokens: stamp === '' ? [] : readTokens(path) };
    return seen.tokens;
  };
  // Two commands at once must not undo each other: least of all bring back what one of them revoked.
  const change = <T>(work: () => T): T => {
    nodeDisk.makeDirectory(dirname(path));
    return withLock(`${path}.lock`, work);
  };
  const write = (tokens: readonly StoredToken[]): void => {
    // Hashes are no tokens, but scopes and ids are nobody else's business: the file is its owner's only.
    renameSync(writeBeside(path, toTokensText(tokens)), path);
  };
  return {
    list,
    add: (token) => change(() => write([...list(), token])),
    revoke: (id, now) =>
      change(() => {
        const left = revokeToken(list(), id, now);
        if (left !== undefined) write(left);
        return left !== undefined;
      }),
  };
}

function readTokens(path: string): readonly StoredToken[] {
  try {
    return parseTokens(readFileSync(path, 'utf8'), path);
  } catch (error) {
    // What is in the file is nobody's business, not even in part.
    const why = error instanceof SyntaxError ? 'not JSON' : (errorCode(error) ?? 'not a token file');
    throw new Problem('store-trouble', `${path}: ${why}`);
  }
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return '';
  const { ino, mtimeMs, ctimeMs, size } = stats;
  return `${ino} ${mtimeMs} ${ctimeMs} ${size}`;
}

/** Tokens as they are written: JSON, hashes only. */
export function toTokensText(tokens: readonly StoredToken[]): string {
  return `${JSON.stringify({ version: VERSION, tokens }, undefined, 2)}\n`;
}

/** Reads what {@link toTokensText} wrote; throws for anything else. `path` is where it was. */
export function parseTokens(text: string, path: string): readonly StoredToken[] {
  const value = JSON.parse(text) as { readonly version?: unknown; readonly tokens?: unknown };
  if (value.version !== VERSION || !Array.isArray(value.tokens)) throw new Error(`${path}: not a token file`);
  return value.tokens.map((token) => {
    const parsed = parseStoredToken(token);
    if (parsed === undefined) throw new Error(`${path}: a token is not understood`);
    return parsed;
  });
}
