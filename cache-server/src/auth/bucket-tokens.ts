import { setTimeout } from 'node:timers/promises';
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
/** From reading to writing nobody needs longer than this as a rule, milliseconds; up to twice of it, so that those of one moment part. */
const SETTLED_MS = 1_000;

/**
 * Tokens in one object of the bucket, the same file as on a disk: every replica sees them, and none needs one of its own. With
 * conditional writes no change of another command is lost. Without, each looks a second or two later whether its change is still there,
 * and makes it again.
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
    { etag, isExact }: { readonly etag: string | undefined; readonly isExact: boolean },
  ): Promise<StoreResult<'done' | 'refused'>> => {
    const condition = etag === undefined ? ({ kind: 'absent' } as const) : ({ kind: 'unchanged', etag } as const);
    return await bucket.put(KEY, Buffer.from(toTokensText(tokens)), isExact ? condition : undefined);
  };
  /** Undefined from `change` = nothing to write. False when there was nothing to write at all. */
  const update = async (
    change: (tokens: readonly StoredToken[]) => readonly StoredToken[] | undefined,
  ): Promise<boolean> => {
    // Before what is there is read: it takes a while, and others may write meanwhile.
    const { unchanged: isExact } = unwrap(await conditions.support());
    for (let round = 0; round < ROUNDS; round++) {
      if (round > 0 && !isExact) await setTimeout(SETTLED_MS * (1 + Math.random()));
      const { tokens, etag } = await read();
      const changed = change(tokens);
      // After a round: what was to be done is done, be it that the answer to it was lost and the next try met it.
      if (changed === undefined) return round > 0;
      if (unwrap(await write(changed, { etag, isExact })) === 'done' && isExact) return true;
    }
    throw new Error(`${KEY}: others write it all the time`);
  };
  return {
    list: async () => (await read()).tokens,
    add: async (token) =>
      void (await update((tokens) => (tokens.some(({ id }) => id === token.id) ? undefined : [...tokens, token]))),
    revoke: async (id, now) => await update((tokens) => revokeToken(tokens, id, now)),
  };
}
