/** What one replica of a cache server does to a bucket, another one sees; and the commands that work on a bucket. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createS3Stores } from '@tr/store-s3';
import { runServerCommand, startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { wrongClock } from '../rig/clock.js';
import { startFaultProxy } from '../rig/fault-proxy.js';
import { S3_KINDS, startS3Server, type BucketPolicy, type S3Server } from '../rig/s3-server.js';

const BODY = 'a body that is too large to be inside an entry '.repeat(1000);
const DAY_MS = 24 * 60 * 60 * 1000;

async function until(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!(await condition())) {
    assert.ok(Date.now() < giveUpAt, 'waited for 30 seconds');
    await new Promise((resolve) => void setTimeout(resolve, 250));
  }
}

for (const kind of S3_KINDS) {
  describe(`a cache server on ${kind}`, () => {
    let s3: S3Server;
    let store: string;
    let prefix: string;
    before(async () => {
      s3 = await startS3Server(kind);
      Object.assign(process.env, s3.credentials);
      prefix = randomBytes(4).toString('hex');
      store = s3.remote(prefix);
    });
    after(() => s3.close());

    const command = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      runServerCommand(args, { ...s3.credentials, ...env });
    const ask = async (server: CacheServer, path: string, init: RequestInit & { token?: string } = {}) =>
      await fetch(`${server.url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${init.token ?? server.client['TR_TOKEN']}` },
      });

    test('a token that is made once opens every replica, until it is revoked', async () => {
      const replicas = [
        await startCacheServer(['--store', store], s3.credentials),
        await startCacheServer(['--store', store], s3.credentials),
      ];
      try {
        const made = await command(['token', 'create', '--scope', 'pr/7', '--store', store]);
        assert.equal(made.exitCode, 0, made.output);
        const token = /^trc_\S+$/m.exec(made.output)?.[0] ?? '';
        const statusOf = (server: CacheServer) =>
          ask(server, '/v8/artifacts/1', { token }).then(({ status }) => status);
        for (const server of replicas) await until(async () => (await statusOf(server)) === 404);
        const stored = await s3.open(prefix).get('server/tokens.json');
        assert.ok(stored.ok && stored.value !== undefined);
        const pieces: Uint8Array[] = [];
        for await (const piece of stored.value.bytes) pieces.push(piece);
        assert.ok(!Buffer.concat(pieces).toString().includes(token), 'only its hash is kept');
        const listed = await command(['token', 'list', '--store', store]);
        const id = listed.output.split('\t')[0] ?? '';
        assert.equal((await command(['token', 'revoke', id, '--store', store])).exitCode, 0);
        for (const server of replicas) await until(async () => (await statusOf(server)) === 401);
      } finally {
        for (const server of replicas) await server.close();
      }
    });

    test('the first write wins between replicas that have seen nothing of each other', async () => {
      const replicas = [
        await startCacheServer(['--store', store], s3.credentials),
        await startCacheServer(['--store', store], s3.credentials),
      ];
      try {
        const [one, two] = replicas as [CacheServer, CacheServer];
        const put = (server: CacheServer, key: string, body: string) =>
          ask(server, `/v1/cache/${key}`, { method: 'PUT', body }).then(({ status }) => status);
        assert.equal(await put(one, '7', BODY), 200);
        assert.equal(await put(two, '7', 'another'), 409);
        assert.equal(await (await ask(two, '/v1/cache/7')).text(), BODY);
        const racing = await Promise.all(
          Array.from({ length: 16 }, (_, at) => put(at % 2 === 0 ? one : two, '8', `writer ${at}`)),
        );
        const winners = racing.flatMap((status, at) => (status === 200 ? [at] : []));
        const texts = await Promise.all(
          replicas.map(async (server) => await (await ask(server, '/v1/cache/8')).text()),
        );
        assert.equal(texts[0], texts[1]);
        assert.ok(winners.some((at) => texts[0] === `writer ${at}`));
        // Without conditional writes the rule holds within a replica: at most one of each believes that it was first.
        if (kind === 'ceph') assert.equal(winners.length, 1);
        else assert.ok(winners.length <= 2, String(winners));
      } finally {
        for (const server of replicas) await server.close();
      }
    });

    test('gc evicts what is old, then its blobs; what is used or young stays', async () => {
      const own = s3.remote(`${prefix}/gc`);
      const server = await startCacheServer(['--store', own], s3.credentials);
      const proxy = await startFaultProxy(s3.url, { kind: 'older', byMs: 2 * DAY_MS });
      try {
        for (const key of ['1', '2']) {
          const { status } = await ask(server, `/v1/cache/${key}`, { method: 'PUT', body: `${key}${BODY}` });
          assert.equal(status, 200);
        }
        const young = await command(['gc', '--store', own, '--max-age', '1d']);
        assert.match(young.output, /^2 entries kept, 0 evicted, 0 removed.*\n0 blobs removed/m, young.output);
        const ahead = await command(['gc', '--store', own, '--max-age', '1d'], wrongClock(2 * DAY_MS));
        assert.match(ahead.output, /^2 entries kept, 0 evicted, 0 removed.*\n0 blobs removed/m, ahead.output);
        const later = await command(['gc', '--store', s3.remote(`${prefix}/gc`, proxy.url), '--max-age', '1d']);
        assert.match(later.output, /^0 entries kept, 2 evicted, 0 removed.*\n2 blobs removed/m, later.output);
        assert.equal((await ask(server, '/v1/cache/1')).status, 404);
      } finally {
        await proxy.close();
        await server.close();
      }
    });

    test('a lifecycle rule took a blob: a miss, and the next write replaces the entry', async () => {
      const own = s3.remote(`${prefix}/lost`);
      const server = await startCacheServer(['--store', own], s3.credentials);
      const bucket = s3.open(`${prefix}/lost`);
      try {
        const put = (body: string) => ask(server, '/v1/cache/1', { method: 'PUT', body });
        assert.equal((await put(BODY)).status, 200);
        const blobs: string[] = [];
        assert.ok((await bucket.list('blobs/', ({ key }) => void blobs.push(key))).ok);
        for (const key of blobs) assert.ok((await bucket.delete(key)).ok);
        assert.equal((await ask(server, '/v1/cache/1')).status, 404);
        const entries: string[] = [];
        await createS3Stores(bucket).entries.scan(({ name }) => void entries.push(name.key));
        assert.deepEqual(entries, ['1'], 'a reader removes nothing');
        assert.equal((await put(`new ${BODY}`)).status, 200);
        assert.equal(await (await ask(server, '/v1/cache/1')).text(), `new ${BODY}`);
      } finally {
        bucket.close();
        await server.close();
      }
    });

    test('doctor: what works, and what the bucket cannot do', async () => {
      const { exitCode, output } = await command(['doctor', '--store', store]);
      assert.equal(exitCode, 0, output);
      assert.ok(!output.includes('FAILED'), output);
      const verdict = kind === 'ceph' ? 'ok     ' : 'warning';
      assert.ok(output.includes(`${verdict}  Refuse a second first write`), output);
      const left: string[] = [];
      assert.ok((await s3.open(prefix).list('probe/', ({ key }) => void left.push(key))).ok);
      assert.deepEqual(left, []);
    });

    test('doctor: what is wrong', async () => {
      const wrong: readonly (readonly [Promise<{ exitCode: number | null; output: string }>, RegExp])[] = [
        [command(['doctor', '--store', store], { AWS_ACCESS_KEY_ID: 'NOBODY' }), /InvalidAccessKeyId: .* wrong key/],
        [command(['doctor', '--store', store.replace('//cache/', '//other/')]), /NoSuchBucket: .* make it/],
        [
          command(['doctor', '--store', store], {
            AWS_ACCESS_KEY_ID: '',
            AWS_SECRET_ACCESS_KEY: '',
            AWS_EC2_METADATA_DISABLED: 'true',
          }),
          /CredentialsProviderError: no credentials/,
        ],
      ];
      for (const [running, message] of wrong) {
        const { exitCode, output } = await running;
        assert.equal(exitCode, 1, output);
        assert.match(output, message);
      }
    });
  });
}

describe('doctor', () => {
  let s3: S3Server;
  before(async () => {
    s3 = await startS3Server('ceph');
  });
  after(() => s3.close());
  const doctor = (store: string, env: Readonly<Record<string, string>> = {}) =>
    runServerCommand(['doctor', '--store', store], { ...s3.credentials, ...env });

  test('names a wrong secret, a wrong clock, an endpoint where nothing is, a host that needs the path style', async () => {
    const hidden = await startFaultProxy(s3.url, { kind: 'clock', aheadMs: DAY_MS });
    const gone = await startFaultProxy(s3.url);
    await gone.close();
    try {
      const cases = [
        [doctor(s3.remote('x'), { AWS_SECRET_ACCESS_KEY: 'wrong' }), /SignatureDoesNotMatch: the secret/],
        [doctor(s3.remote('x', hidden.url), wrongClock(DAY_MS)), /RequestTimeTooSkewed: .*NTP/],
        [doctor(s3.remote('x', gone.url)), /ECONNREFUSED: nothing listens/],
        [
          doctor('s3://cache/x?endpoint=http://s3.invalid&forcePathStyle=false'),
          /ENOTFOUND: .*forcePathStyle=true|EAI_AGAIN/,
        ],
      ] as const;
      for (const [running, message] of cases) {
        const { exitCode, output } = await running;
        assert.equal(exitCode, 1, output);
        assert.match(output, message);
      }
    } finally {
      await hidden.close();
    }
  });

  test('the policy of the documentation is enough; without the right to list, that is named', async () => {
    const docs = readFileSync(new URL('../../../docs/cache-server.md', import.meta.url), 'utf8');
    const policy = JSON.parse(/```json\n(\{\n  "Version"[^`]*)```/.exec(docs)?.[1] ?? '') as BucketPolicy;
    const store = s3.remote('prefix/below');
    const enough = await doctor(store, await s3.restrict('enough', policy));
    assert.equal(enough.exitCode, 0, enough.output);
    assert.deepEqual(enough.output.match(/FAILED/), null);
    assert.match(enough.output, /ok +Delete objects/);
    const elsewhere = await doctor(s3.remote('other'), await s3.restrict('elsewhere', policy));
    assert.equal(elsewhere.exitCode, 1, elsewhere.output);
    assert.match(elsewhere.output, /AccessDenied: .*s3:PutObject/);
    const blind = { ...policy, Statement: policy.Statement.filter(({ Action }) => Action !== 's3:ListBucket') };
    const unlisted = await doctor(store, await s3.restrict('blind', blind));
    assert.equal(unlisted.exitCode, 1, unlisted.output);
    assert.match(unlisted.output, /FAILED .*not there\.\n.*s3:ListBucket/);
    assert.match(unlisted.output, /FAILED .*List objects\.\n.*s3:ListBucket/);
    assert.match(unlisted.output, /ok +Delete objects/, 'that may be done');
    const readOnly = {
      ...policy,
      Statement: policy.Statement.map((statement) => ({
        ...statement,
        Action: [statement.Action].flat().filter((action) => action !== 's3:DeleteObject'),
      })),
    };
    const undeleted = await doctor(store, await s3.restrict('undeleting', readOnly));
    assert.equal(undeleted.exitCode, 0, undeleted.output);
    assert.match(undeleted.output, /warning {2}Delete objects\.\n.*s3:DeleteObject/);
  });

  test('tries a directory too', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tr-doctor-'));
    try {
      const good = await runServerCommand(['doctor', '--dir', directory], {});
      assert.equal(good.exitCode, 0, good.output);
      assert.match(good.output, /can work with this store/);
      writeFileSync(join(directory, 'file'), '');
      const bad = await runServerCommand(['doctor', '--dir', join(directory, 'file/below')], {});
      assert.equal(bad.exitCode, 1, bad.output);
      assert.match(bad.output, /FAILED .*\n *The disk says ENOTDIR/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
