/** Credentials that a bucket does not take, from the start or from some moment on: who is told what, and what a run does. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { runServerCommand, startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { checkOut } from '../rig/checkout.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { warningsOf } from '../rig/events.js';
import { COPY_AND_LARGE_FILE, createSample, EXECUTED, RESTORED, RUN } from '../rig/samples.js';
import { startS3Server, type BucketPolicy, type S3Server } from '../rig/s3-server.js';

const keep = disposeAfterEach();

describe('credentials of a bucket', () => {
  let s3: S3Server;
  before(async () => {
    s3 = await startS3Server('ceph');
  });
  after(() => s3.close());

  for (const workers of ['1', '2'])
    test(`wrong ones end the start of a server with ${workers} workers: one line says what is wrong`, async () => {
      const key = ['--workers', workers, '--port', '0', '--store', s3.remote('start')];
      const signing = { TR_CACHE_SIGNING_KEY: '7'.repeat(64) };
      const cases = [
        [{ AWS_ACCESS_KEY_ID: 'NOBODY' }, /InvalidAccessKeyId: this server does not know the access key/],
        [{ AWS_SECRET_ACCESS_KEY: 'a-wrong-secret' }, /SignatureDoesNotMatch: the secret does not belong to/],
      ] as const;
      for (const [wrong, message] of cases) {
        const { exitCode, output } = await runServerCommand(['serve', ...key], {
          ...s3.credentials,
          ...signing,
          ...wrong,
        });
        assert.equal(exitCode, 1, output);
        assert.match(output, message);
        assert.match(output, /`tr-cache-server doctor --store /);
        assert.equal(output.trim().split('\n').length, 1, output);
        assert.doesNotMatch(output, /a-wrong-secret/);
      }
    });

  test('those that may only read: a run goes on reading, and only CI is told, once', async () => {
    const Statement = [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::bucket' },
    ];
    const remote = { TR_REMOTE_URL: s3.remote('reading') };
    const stored = keep(createSample());
    assert.deepEqual(warningsOf(await stored.tr(RUN, { env: { ...s3.credentials, ...remote } })), []);
    const reader = { ...(await s3.restrict('reader', { Version: '2012-10-17', Statement })), ...remote };
    for (const [env, warnings] of [
      [reader, []],
      [{ ...reader, CI: 'true' }, ['remote/refused']],
    ] as const) {
      const hit = await keep(checkOut(stored)).tr(RUN, { env });
      assert.deepEqual(hit.outcomes, RESTORED, hit.stdout);
      assert.deepEqual(warningsOf(hit), []);
      const miss = await keep(createSample({ libBuild: COPY_AND_LARGE_FILE })).tr(RUN, { env });
      assert.equal(miss.exitCode, 0, miss.stdout + miss.stderr);
      assert.deepEqual(miss.outcomes, EXECUTED);
      assert.deepEqual(warningsOf(miss), warnings, miss.stdout);
    }
  });

  test('a key that is revoked under a server, and given back', async () => {
    const docs = readFileSync(new URL('../../../docs/cache-server.md', import.meta.url), 'utf8');
    const policy = JSON.parse(/```json\n(\{\n  "Version"[^`]*)```/.exec(docs)?.[1] ?? '') as BucketPolicy;
    const credentials = await s3.restrict('passing', policy);
    const server = await startCacheServer(['--store', s3.remote('prefix/server')], credentials);
    try {
      const direct = { ...credentials, TR_REMOTE_URL: s3.remote('prefix/direct') };
      const source = keep(createSample());
      for (const env of [server.client, direct])
        assert.deepEqual(warningsOf(await source.tr([...RUN, '--force'], { env })), []);
      s3.setKey('passing', false);
      await assertReady(server, 503, /^not ready: the store refuses .*doctor.* \(InvalidAccessKeyId\)\n$/);
      const { exitCode, output } = await runServerCommand(['doctor', '--store', s3.remote('prefix')], credentials);
      assert.equal(exitCode, 1, output);
      assert.match(output, /FAILED .*\n +InvalidAccessKeyId: this server does not know the access key/);
      const warnings: (readonly string[])[] = [];
      for (const env of [server.client, direct]) {
        const run = await keep(checkOut(source)).tr(RUN, { env });
        assert.equal(run.exitCode, 0, run.stdout + run.stderr);
        assert.deepEqual(run.outcomes, EXECUTED);
        warnings.push(warningsOf(run));
      }
      assert.deepEqual(warnings, [['remote/unavailable'], ['remote/refused']]);
      s3.setKey('passing', true);
      await assertReady(server, 200, /^ready\n$/);
      for (const env of [server.client, direct]) {
        const run = await keep(checkOut(source)).tr(RUN, { env });
        assert.deepEqual(run.outcomes, RESTORED, run.stdout);
      }
    } finally {
      await server.close();
    }
  });
});

/** The gateway keeps what it knows of a user for a moment. */
async function assertReady({ url }: CacheServer, status: number, text: RegExp): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(`${url}/readyz`);
    const body = await answer.text();
    if (answer.status === status) return assert.match(body, text);
    assert.ok(Date.now() < giveUpAt, body);
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
}
