/** A remote that lies, sends its clients elsewhere, or has another idea of the time: never a wrong result, never a lost token. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { checkOut } from '../rig/checkout.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { missReasons, warningsOf } from '../rig/events.js';
import type { TrResult } from '../rig/exec-tr.js';
import { startFaultProxy, type Fault } from '../rig/fault-proxy.js';
import { BUILD, COPY_AND_LARGE_FILE, createSample, EXECUTED, RESTORED } from '../rig/samples.js';
import type { TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

function checkout(of: TestWorkspace): TestWorkspace {
  return keep(checkOut(of));
}

/** Frames an answer: a line of JSON, then bytes. */
const framed = (header: unknown, body: Uint8Array = Buffer.alloc(0)): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);

describe('lies', () => {
  let server: CacheServer;
  let source: TestWorkspace;
  before(async () => {
    server = await startCacheServer();
    source = createSample({ libBuild: COPY_AND_LARGE_FILE, config: { remoteCache: { timeout: 2, uploadTimeout: 5 } } });
    await source.tr(BUILD, { env: server.client });
  });
  after(async () => {
    source.dispose();
    await server.close();
  });

  async function runThrough(fault: Fault): Promise<TrResult> {
    const proxy = await startFaultProxy(server.url, fault);
    try {
      return await checkout(source).tr([...BUILD, '--cache=local:rw,remote:r'], {
        env: { ...server.client, TR_REMOTE_URL: proxy.url },
      });
    } finally {
      await proxy.close();
    }
  }

  function assertNotUsed(run: TrResult, warning: string): void {
    assert.equal(run.exitCode, 0, run.stdout + run.stderr);
    assert.deepEqual(run.outcomes, EXECUTED, run.stdout);
    assert.deepEqual(warningsOf(run), [warning], run.stdout);
  }

  const lookups = (answer: (truth: Buffer) => Buffer): Fault => ({
    kind: 'lie',
    tell: (path, truth) => (path.endsWith('/lookup') ? answer(truth) : truth),
  });
  const entryOf = (answer: Buffer): Buffer => answer.subarray(answer.indexOf(10) + 1);
  const change = (answer: Buffer, alter: (header: Record<string, unknown>) => void): Buffer => {
    const entry = entryOf(answer);
    const end = entry.indexOf(10);
    const header = JSON.parse(entry.subarray(0, end).toString()) as Record<string, unknown>;
    alter(header);
    const changed = framed(header, entry.subarray(end + 1));
    return framed({ entries: [changed.length] }, changed);
  };

  test('the entry of another key', async () => {
    const run = await runThrough(lookups((truth) => change(truth, (header) => (header['actionKey'] = '0'.repeat(64)))));
    assertNotUsed(run, 'remote/damaged');
    assert.equal(missReasons(run, 'lib#build')[0]?.['reason'], 'integrity');
  });

  test('the entry of another task under the right key', async () => {
    let first: Buffer | undefined;
    const run = await runThrough(
      lookups((truth) => {
        first ??= truth;
        const key = (
          JSON.parse(entryOf(truth).subarray(0, entryOf(truth).indexOf(10)).toString()) as Record<string, unknown>
        )['actionKey'];
        return change(first, (header) => (header['actionKey'] = key));
      }),
    );
    assert.equal(run.exitCode, 0);
    assert.deepEqual(run.outcomes, { 'lib#build': 'restored', 'app#build': 'executed' }, run.stdout);
    assert.deepEqual(warningsOf(run), ['remote/damaged']);
  });

  test('chunks of another content, under the right names', async () => {
    const run = await runThrough({
      kind: 'lie',
      tell: (path, truth) => {
        if (!path.endsWith('/chunks/get')) return truth;
        const start = truth.indexOf(10) + 1;
        return Buffer.concat([truth.subarray(0, start), Buffer.alloc(truth.length - start, 'x')]);
      },
    });
    assert.equal(run.exitCode, 0);
    assert.deepEqual(run.outcomes, { 'lib#build': 'executed', 'app#build': 'restored' }, run.stdout);
    assert.deepEqual(warningsOf(run), ['remote/unavailable']);
    assert.equal(missReasons(run, 'lib#build')[0]?.['reason'], 'integrity');
  });

  const COUNTS: Readonly<Record<string, readonly [lie: (truth: Buffer) => Buffer, warning: string]>> = {
    'an entry of 10^300 bytes': [() => Buffer.from('{"entries":[1e300]}\n'), 'remote/unavailable'],
    'an entry of 8 MiB that is not sent': [() => framed({ entries: [8 * 1024 * 1024] }), 'remote/unavailable'],
    '100,000 answers to one key': [
      () => framed({ entries: Array.from({ length: 100_000 }, () => 'none') }),
      'remote/unavailable',
    ],
    '70,000 chunks': [
      (truth) =>
        change(truth, (header) => {
          header['chunks'] = Array.from({ length: 70_000 }, () => ['0'.repeat(64), 1, 1]);
        }),
      'remote/damaged',
    ],
    'chunks of 4 GiB': [
      (truth) => change(truth, (header) => (header['chunks'] = [['0'.repeat(64), 2 ** 32, 2 ** 32]])),
      'remote/damaged',
    ],
    'a manifest of 60 MiB': [
      (truth) => change(truth, (header) => (header['manifest'] = { hash: '0'.repeat(64), size: 60 * 1024 * 1024 })),
      'remote/damaged',
    ],
  };
  for (const [title, [lie, warning]] of Object.entries(COUNTS)) {
    test(title, async () => assertNotUsed(await runThrough(lookups(lie)), warning));
  }

  test('a redirect is not followed: the token goes nowhere else', async () => {
    const seen: IncomingMessage[] = [];
    const elsewhere = createServer((incoming, outgoing) => {
      seen.push(incoming);
      outgoing.end('{}');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    try {
      const run = await runThrough({ kind: 'redirect', to: `http://localhost:${port}` });
      assertNotUsed(run, 'remote/unavailable');
      assert.match(run.stdout, /it redirects \(status 307\)/);
      assert.equal(seen.length, 0);
    } finally {
      elsewhere.close();
    }
  });
});

describe('clocks', () => {
  let server: CacheServer;
  const directory = mkdtempSync(join(tmpdir(), 'tr-clock-'));
  before(async () => void (server = await startCacheServer()));
  after(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });

  /** A `tr` whose clock is off by so many hours. */
  function offBy(hours: number): Readonly<Record<string, string>> {
    const file = join(directory, `clock${hours}.cjs`);
    writeFileSync(
      file,
      `const now = Date.now; Date.now = () => now() + ${hours * 3_600_000};
       globalThis.Date = class extends Date { constructor(...args) { super(...(args.length === 0 ? [Date.now()] : args)); } };`,
    );
    return { NODE_OPTIONS: `--require=${file}` };
  }

  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicKeys = [publicKey.export({ format: 'pem', type: 'spki' }).toString()];
  const TR_SIGNING_KEY = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');

  for (const [writer, reader] of [
    [-48, 48],
    [48, -48],
    [24 * 365, 0],
  ] as const) {
    test(`a writer ${writer} hours and a reader ${reader} hours off share signed results`, async () => {
      const first = keep(createSample({ config: { remoteCache: { publicKeys } } }));
      first.write({ 'packages/lib/src/a.txt': `${writer} ${reader}\n` });
      first.commit();
      const sent = await first.tr(BUILD, { env: { ...server.client, TR_SIGNING_KEY, ...offBy(writer) } });
      assert.deepEqual([sent.outcomes, warningsOf(sent)], [EXECUTED, []], sent.stdout);
      const second = checkout(first);
      const env = { ...server.client, ...offBy(reader) };
      const restored = await second.tr(BUILD, { env });
      assert.deepEqual([restored.outcomes, warningsOf(restored)], [RESTORED, []], restored.stdout);
      // Nothing is too old or from the future for the local tier either.
      second.remove('packages/lib/dist');
      assert.equal((await second.tr(['cache', 'gc'], { env: offBy(reader) })).exitCode, 0);
      assert.deepEqual((await second.tr(BUILD)).outcomes, { 'lib#build': 'restored', 'app#build': 'fresh' });
      assert.equal((await second.tr(['why', 'lib#build'])).exitCode, 0);
    });
  }

  test('results that were made while the clock was set back are there, here and elsewhere', async () => {
    const setBack = join(directory, 'set-back.cjs');
    // Each look finds it a minute earlier than the one before.
    writeFileSync(setBack, 'const now = Date.now; let looks = 0; Date.now = () => now() - 60_000 * looks++;');
    const first = keep(createSample());
    first.write({ 'packages/lib/src/a.txt': 'set back\n' });
    first.commit();
    const sent = await first.tr(BUILD, { env: { ...server.client, NODE_OPTIONS: `--require=${setBack}` } });
    assert.deepEqual([sent.outcomes, warningsOf(sent)], [EXECUTED, []], sent.stdout);
    for (const event of sent.events.filter(({ type }) => type === 'task-finished'))
      assert.ok(event['result'].durationMs >= 0, JSON.stringify(event));
    const second = await checkout(first).tr(BUILD, { env: server.client });
    assert.deepEqual([second.outcomes, warningsOf(second)], [RESTORED, []], second.stdout);
    first.remove('packages/lib/dist');
    assert.deepEqual((await first.tr(BUILD)).outcomes, { 'lib#build': 'restored', 'app#build': 'fresh' });
  });

  test('a date to come back at is read by the clock of the one who gives it', async () => {
    const first = keep(createSample());
    await first.tr(BUILD, { env: server.client });
    const proxy = await startFaultProxy(server.url, {
      kind: 'status',
      status: 503,
      retryAfter: new Date(Date.now() + 1000).toUTCString(),
    });
    try {
      const running = checkout(first).tr(BUILD, {
        env: { ...server.client, TR_REMOTE_URL: proxy.url, ...offBy(-48) },
      });
      while (proxy.count === 0) await new Promise((resolve) => void setTimeout(resolve, 5));
      proxy.fault = { kind: 'none' };
      const run = await running;
      assert.deepEqual([run.outcomes, warningsOf(run)], [RESTORED, []], run.stdout);
    } finally {
      await proxy.close();
    }
  });
});
