import type { StoreResult } from '@tr/store';
import { readObject, type Bucket, type ConditionalWrites } from '@tr/store-s3';
import { unwrap } from '../session/store-problem.js';
import { revokeToken, type StoredToken } from './token.js';
import { parseTokens, toTokensText } from './token-file.js';
import type { TokenStore } from './token-store.js';

const KEY = 'server/tokens.json';
const MAX_BYTES = 16 * 1024 * 1024;
/** Two commands may write at once; more than a few times is not chance. */
const ROUNDS = 8;

/**
 * Tokens in one object of the bucket, the same file as on a disk: every replica sees them, and none needs one of its own. With
 * conditional writes no change of another command is lost.
 */
export function createBucketTokens(bucket: Bucket, conditions: ConditionalWrites): TokenStore {
  const read = async (): Promise<{ readonly tokens: readonly StoredToken[]; readonly etag: string | undefined }> => {
    const object = unwrap(await readObject(bucket, KEY, MAX_BYTES));
    if (object === undefined) return { tokens: [], etag: undefined };
    if (object.bytes === undefined) throw new Error(`${KEY}: too large`);
    return { tokens: parseTokens(Buffer.from(object.bytes).toString('utf8'), KEY), etag: object.etag };
  };
  const write = async (
    tokens: readonly StoredToken[],
    etag: string | undefined,
  ): Promise<StoreResult<'done' | 'refused'>> => {
    const support = await conditions.support();
    if (!support.ok) return support;
    const condition = etag === undefined ? ({ kind: 'absent' } as const) : ({ kind: 'unchanged', etag } as const);
    return await bucket.put(KEY, Buffer.from(toTokensText(tokens)), support.value.unchanged ? condition : undefined);
  };
  /** Undefined from `change` = nothing to write. */
  const update = async (
    change: (tokens: readonly StoredToken[]) => readonly StoredToken[] | undefined,
  ): Promise<boolean> => {
    for (let round = 0; round < ROUNDS; round++) {
      const { tokens, etag } = await read();
      const changed = change(tokens);
      if (changed === undefined) return false;
      if (unwrap(await write(changed, etag)) === 'done') return true;
    }
    throw new Error(`${KEY}: others write it all the time`);
  };
  return {
    list: async () => (await read()).tokens,
    add: async (token) => void (await update((tokens) => [...tokens, token])),
    revoke: async (id, now) => await update((tokens) => revokeToken(tokens, id, now)),
  };
}
