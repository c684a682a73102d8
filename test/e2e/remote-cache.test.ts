/** What machines share: two checkouts with separate local caches, over the cache server and over a bucket. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { startBalancer, type Balancer } from '../rig/balancer.js';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { checkOut } from '../rig/checkout.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { missReasons, reasonsOf, warningsOf } from '../rig/events.js';
import { createSample, RUN } from '../rig/samples.js';
import { S3_KINDS, startS3Server } from '../rig/s3-server.js';
import { readTree, type TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

/** Small text, more than goes into an entry, an executable, a link, an empty directory. */
const BUILD = [
  'mkdir -p dist/empty',
  'cat src/*.txt > dist/out.txt',
  'head -c 3000000 /dev/urandom > dist/big.bin',
  'printf "#!/bin/sh\\n" > dist/run.sh',
  'chmod +x dist/run.sh',
  'ln -sfn out.txt dist/link',
  'echo built',
].join(' && ');

function sample(config: Readonly<Record<string, unknown>> = {}): TestWorkspace {
  return keep(createSample({ libBuild: BUILD, config }));
}

function checkout(of: TestWorkspace): TestWorkspace {
  return keep(checkOut(of));
}

type Environment = Readonly<Record<string, string>>;

/** Everything that two checkouts may share results through. */
interface Remotes {
  readonly server: CacheServer;
  readonly environments: ReadonlyMap<string, Environment>;
  readonly balancers: readonly Balancer[];
  close(): Promise<void>;
}

const REMOTES = [
  'the cache server on a directory',
  ...S3_KINDS.flatMap((kind) => [
    `the cache server on ${kind}`,
    `two servers on one bucket of ${kind}, in turn`,
    `a bucket of ${kind}`,
  ]),
];

async function startRemotes(): Promise<Remotes> {
  const closing: { close(): Promise<void> }[] = [];
  const opened = <T extends { close(): Promise<void> }>(thing: T): T => {
    closing.unshift(thing);
    return thing;
  };
  const environments = new Map<string, Environment>();
  const balancers: Balancer[] = [];
  const server = opened(await startCacheServer());
  environments.set('the cache server on a directory', server.client);
  for (const kind of S3_KINDS) {
    const s3 = opened(await startS3Server(kind));
    const startOn = async (prefix: string): Promise<CacheServer> =>
      opened(await startCacheServer(['--store', s3.remote(prefix)], s3.credentials));
    const replicas = [await startOn('replicas'), await startOn('replicas')];
    const balancer = opened(await startBalancer(replicas.map(({ url }) => url)));
    balancers.push(balancer);
    environments.set(`the cache server on ${kind}`, (await startOn('server')).client);
    environments.set(`two servers on one bucket of ${kind}, in turn`, {
      ...replicas[0]?.client,
      TR_REMOTE_URL: balancer.url,
    });
    environments.set(`a bucket of ${kind}`, { ...s3.credentials, TR_REMOTE_URL: s3.remote('direct') });
  }
  const close = async (): Promise<void> => {
    for (const thing of closing) await thing.close();
  };
  return { server, environments, balancers, close };
}

describe('shared between two checkouts', () => {
  let remotes: Remotes;
  let server: CacheServer;
  before(async () => {
    remotes = await startRemotes();
    ({ server } = remotes);
  });
  after(async () => {
    for (const { counts } of remotes.balancers) assert.ok(counts.every((count) => count > 5));
    await remotes.close();
  });

  for (const name of REMOTES) {
    const environment = (): Environment => {
      const env = remotes.environments.get(name);
      assert.ok(env !== undefined);
      return env;
    };

    test(`through ${name}: the second restores everything, byte by byte`, async () => {
      const env = environment();
      const first = sample();
      const stored = await first.tr(RUN, { env });
      assert.equal(stored.exitCode, 0, stored.stdout + stored.stderr);
      assert.deepEqual(stored.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
      assert.deepEqual(warningsOf(stored), []);

      const second = checkout(first);
      const restored = await second.tr(RUN, { env });
      assert.equal(restored.exitCode, 0);
      assert.deepEqual(restored.outcomes, { 'lib#build': 'restored', 'app#build': 'restored' }, restored.stdout);
      assert.deepEqual(
        restored.events.filter(({ type }) => type === 'cache-hit').map(({ tier }) => tier),
        ['remote', 'remote'],
      );
      assert.deepEqual(readTree(`${second.root}/packages`), readTree(`${first.root}/packages`));
      assert.match(restored.stdout, /built/);
      assert.equal(first.invocations('lib-build'), 1);

      // The local tier is warm now: nothing remote is needed any more.
      rmSync(`${second.root}/packages/lib/dist`, { recursive: true });
      const offline = await second.tr(RUN);
      assert.deepEqual(offline.outcomes, { 'lib#build': 'restored', 'app#build': 'fresh' });

      // The control: a checkout without the remote has to execute.
      const control = await checkout(first).tr(RUN);
      assert.deepEqual(control.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
    });

    test(`through ${name}: what may be read and written`, async () => {
      const env = environment();
      const first = sample();
      const silent = await first.tr([...RUN, '--cache=local:rw,remote:r'], { env });
      assert.deepEqual(silent.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
      const second = checkout(first);
      const missed = await second.tr([...RUN, '--cache=remote:rw'], { env });
      assert.deepEqual(missed.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
      assert.deepEqual(reasonsOf(missed, 'lib#build'), ['no-entry']);
      const third = checkout(first);
      const hit = await third.tr([...RUN, '--cache=remote:r'], { env });
      assert.deepEqual(hit.outcomes, { 'lib#build': 'restored', 'app#build': 'restored' });
      // Nothing was stored locally, and nothing is left of what was for that run only.
      assert.ok(!third.exists('.tr/cache/v1/blobs'));
      const left = await third.tr([...RUN, '--force'], { env });
      assert.deepEqual(left.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
    });
  }

  test('a wrong token: one warning, and the run is that of a machine alone', async () => {
    const run = await sample().tr(RUN, { env: { ...server.client, TR_TOKEN: 'wrong' } });
    assert.equal(run.exitCode, 0);
    assert.deepEqual(run.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
    assert.deepEqual(warningsOf(run), ['remote/refused']);
    assert.ok(!run.stdout.includes('wrong'));
  });

  for (const [address, reason] of [
    ['ftp://cache.example.com', 'a protocol that is none'],
    ['https://user:secret@cache.example.com', 'a credential in the address'],
    ['s3://Bad_Bucket', 'a bucket that cannot be'],
    ['not a url', 'no URL'],
  ] as const) {
    test(`${reason}: one warning, and no remote`, async () => {
      const run = await sample().tr(RUN, { env: { TR_REMOTE_URL: address } });
      assert.equal(run.exitCode, 0);
      assert.deepEqual(warningsOf(run), ['remote/invalid-url']);
      assert.ok(!run.stdout.includes('secret'));
    });
  }

  test('keys that are none: one warning, and no remote', async () => {
    const run = await sample().tr(RUN, { env: { ...server.client, TR_SIGNING_KEY: 'nonsense' } });
    assert.equal(run.exitCode, 0);
    assert.deepEqual(warningsOf(run), ['remote/invalid-key']);
    assert.ok(!run.stdout.includes('nonsense'));
    const config = { remoteCache: { publicKeys: ['AAAA'] } };
    assert.deepEqual(warningsOf(await sample(config).tr(RUN, { env: server.client })), ['remote/invalid-key']);
  });

  test('signatures: only what a trusted key has signed is a hit', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const publicKeys = [publicKey.export({ format: 'pem', type: 'spki' }).toString()];
    const key = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    const unsigned = sample();
    assert.equal((await unsigned.tr(RUN, { env: server.client })).exitCode, 0);
    const wary = checkout(unsigned);
    const config = JSON.parse(wary.read('turbo-like.config.json')) as Record<string, unknown>;
    wary.write({ 'turbo-like.config.json': { json: { ...config, remoteCache: { publicKeys } } } });
    const refused = await wary.tr(RUN, { env: server.client });
    assert.deepEqual(missReasons(refused, 'lib#build'), [{ reason: 'signature', detail: 'not signed' }]);
    assert.equal(refused.outcomes['lib#build'], 'executed');

    const other = sample({ remoteCache: { publicKeys } });
    other.write({ 'packages/lib/src/a.txt': 'signed\n' });
    other.commit();
    await other.tr(RUN, { env: { ...server.client, TR_SIGNING_KEY: key } });
    const accepted = await checkout(other).tr(RUN, { env: server.client });
    assert.equal(accepted.outcomes['lib#build'], 'restored');
  });

  test('who cannot sign sends nothing that others would refuse, and keeps no place from who can', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const other = generateKeyPairSync('ed25519').privateKey;
    const first = sample({
      remoteCache: { publicKeys: [publicKey.export({ format: 'pem', type: 'spki' }).toString()] },
    });
    first.write({ 'packages/lib/src/a.txt': 'to be signed\n' });
    first.commit();
    const toText = (key: typeof privateKey) => key.export({ format: 'pem', type: 'pkcs8' }).toString();
    const inCi = { ...server.client, CI: '1' };
    assert.deepEqual(warningsOf(await first.tr(RUN, { env: server.client })), []);
    assert.deepEqual(warningsOf(await checkout(first).tr(RUN, { env: inCi })), ['remote/no-signing-key']);
    const wrong = await checkout(first).tr(RUN, { env: { ...inCi, TR_SIGNING_KEY: toText(other) } });
    assert.deepEqual(warningsOf(wrong), ['remote/no-signing-key']);
    const signing = await checkout(first).tr(RUN, { env: { ...inCi, TR_SIGNING_KEY: toText(privateKey) } });
    assert.deepEqual(warningsOf(signing), []);
    const reading = await checkout(first).tr(RUN, { env: server.client });
    assert.equal(reading.outcomes['lib#build'], 'restored');
  });
});
