import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ok } from '@tr/model';
import type { Bucket } from '@tr/store-s3';
import { createBucketTokens } from '../src/auth/bucket-tokens.js';
import { createToken, type StoredToken } from '../src/auth/token.js';
import type { TokenStore } from '../src/auth/token-store.js';
import { parseScope } from '../src/auth/scope.js';

const KEY = 'server/tokens.json';

/** What becomes of a put of the tokens: the condition counts, it is not known, or it counts and the answer gets lost once in two. */
type Puts = 'exact' | 'blind' | 'lossy';

function createBucket(puts: Puts): Bucket {
  const objects = new Map<string, Uint8Array>();
  const etagOf = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
  let count = 0;
  const putOnce: Bucket['put'] = async (key, body, condition) => {
    await new Promise((resolve) => setImmediate(resolve));
    const there = objects.get(key);
    const holds = condition?.kind === 'absent' ? there === undefined : there && etagOf(there) === condition?.etag;
    if (puts !== 'blind' && condition !== undefined && holds !== true) return ok('refused');
    objects.set(key, Uint8Array.from(body));
    return ok('done');
  };
  return {
    get: async (key) => {
      const bytes = objects.get(key);
      await new Promise((resolve) => setImmediate(resolve));
      if (bytes === undefined) return ok(undefined);
      const all = async function* (): AsyncIterable<Uint8Array> {
        yield bytes;
      };
      return ok({ bytes: all(), etag: etagOf(bytes), modifiedAt: 0 });
    },
    put: async (key, body, condition) => {
      const first = await putOnce(key, body, condition);
      // The library tries again by itself when there is no answer.
      return puts === 'lossy' && key === KEY && count++ % 2 === 0 ? await putOnce(key, body, condition) : first;
    },
    delete: async (key) => ok(void objects.delete(key)),
  } as Partial<Bucket> as Bucket;
}

const scope = parseScope('main');
assert.ok(scope !== undefined);
const terms = { tenant: 'default', scope, readOnly: false, expiresAt: undefined };
const newToken = (): StoredToken => createToken(terms, 1).stored;
/** Another process for each: what it knows of the bucket is its own. */
const openOf = (puts: Puts): (() => TokenStore) => {
  const bucket = createBucket(puts);
  const doesCount = puts !== 'blind';
  return () => createBucketTokens(bucket, { support: async () => ok({ absent: doesCount, unchanged: doesCount }) });
};

test('a change whose answer is lost is made once, and told to be made', async () => {
  const open = openOf('lossy');
  const [a, b] = [newToken(), newToken()];
  for (const token of [a, b]) await open().add(token);
  assert.deepEqual(await open().list(), [a, b]);
  for (const { id } of [a, b]) assert.equal(await open().revoke(id, 2), true);
  assert.deepEqual(
    (await open().list()).map(({ revokedAt }) => revokedAt),
    [2, 2],
  );
  assert.equal(await open().revoke(a.id, 3), false, 'there is none any more');
  assert.equal(await open().revoke('none', 3), false);
});

for (const puts of ['exact', 'blind'] as const)
  test(`changes of several replicas at once are all there (${puts})`, async () => {
    const open = openOf(puts);
    const old = newToken();
    await open().add(old);
    const tokens = [newToken(), newToken(), newToken()];
    const [isRevoked] = await Promise.all([open().revoke(old.id, 2), ...tokens.map((token) => open().add(token))]);
    assert.equal(isRevoked, true);
    const list = await open().list();
    assert.equal(list.find(({ id }) => id === old.id)?.revokedAt, 2);
    assert.deepEqual(list.map(({ id }) => id).sort(), [old, ...tokens].map(({ id }) => id).sort());
  });
