import { randomBytes } from 'node:crypto';
import { ok } from '@tr/model';
import type { StoreResult } from '@tr/store';
import type { Bucket } from './bucket.js';
import { readObject } from './read-object.js';

/** Which conditions of a PUT a bucket honours. Some servers ignore them without a word. */
export interface ConditionSupport {
  /** `If-None-Match: *`: of many writers of one key exactly one wins. */
  readonly absent: boolean;
  /** `If-Match`: what is replaced is what was read. */
  readonly unchanged: boolean;
}

/** What the bucket honours: tried once, never assumed. */
export interface ConditionalWrites {
  support(): Promise<StoreResult<ConditionSupport>>;
}

/** Tries it with an object of its own below `probe/`, when somebody wants to know. */
export function createConditionalWrites(bucket: Bucket): ConditionalWrites {
  let probed: Promise<StoreResult<ConditionSupport>> | undefined;
  return {
    support: async () => {
      probed ??= probe(bucket);
      const result = await probed;
      if (!result.ok) probed = undefined;
      return result;
    },
  };
}

async function probe(bucket: Bucket): Promise<StoreResult<ConditionSupport>> {
  const key = `probe/${randomBytes(12).toString('hex')}`;
  const first = await bucket.put(key, Buffer.from('first'));
  if (!first.ok) return first;
  const absent = await honours(bucket, key, { kind: 'absent' });
  const unchanged = absent.ok && absent.value ? await honoursUnchanged(bucket, key) : ok(false);
  await bucket.delete(key);
  if (!absent.ok) return absent;
  return unchanged.ok ? ok({ absent: absent.value, unchanged: unchanged.value }) : unchanged;
}

/** What servers say to a condition that they do not know. The same put without one has just worked. */
const UNKNOWN: readonly string[] = ['NotImplemented', 'InvalidArgument', 'InvalidRequest'];

/** A server that does not know a condition refuses it or ignores it: neither helps. */
async function honours(
  bucket: Bucket,
  key: string,
  condition: { readonly kind: 'absent' } | { readonly kind: 'unchanged'; readonly etag: string },
): Promise<StoreResult<boolean>> {
  const put = await bucket.put(key, Buffer.from('second'), condition);
  if (put.ok) return ok(put.value === 'refused');
  return put.failure.code === 'store/io' && UNKNOWN.includes(put.failure.detail) ? ok(false) : put;
}

async function honoursUnchanged(bucket: Bucket, key: string): Promise<StoreResult<boolean>> {
  const strange = await honours(bucket, key, { kind: 'unchanged', etag: '"0123456789abcdef0123456789abcdef"' });
  if (!strange.ok || !strange.value) return strange;
  const there = await readObject(bucket, key, 1024);
  if (!there.ok || there.value === undefined) return there.ok ? ok(false) : there;
  const right = await bucket.put(key, Buffer.from('third'), { kind: 'unchanged', etag: there.value.etag });
  return right.ok ? ok(right.value === 'done') : right;
}
