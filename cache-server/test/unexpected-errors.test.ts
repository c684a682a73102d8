import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createFileEntryStore, nodeDisk, openCacheFolder, type EntryStore } from '@tr/store';
import { WorkerSiblings } from '../src/workers/worker-siblings.js';
import type { FromWorker } from '../src/workers/messages.js';
import { call, startTestServer } from './rig/server.js';

const PROGRAM = fileURLToPath(new URL('../../bin/tr-cache-server.js', import.meta.url));

/** Until it holds; the limit is that of the test runner. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await wait(20);
}

test('a round of upkeep that meets a bug is told and counted, and the next one goes well', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'unexpected-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const store = createFileEntryStore(openCacheFolder({ directory, disk: nodeDisk }), { now: Date.now });
  let rounds = 0;
  const entries: EntryStore = {
    ...store,
    get: (name) => store.get(name),
    scan: async (visit) => {
      if (rounds++ < 2) throw new TypeError('a bug of this test');
      return await store.scan(visit);
    },
  };
  await using server = await startTestServer({ entries, upkeepMs: 10 });
  await until(async () => (await call(server, '/readyz')).status === 200);
  const told = server.lines.filter((line) => line.includes('unexpected-error'));
  assert.equal(told.length, 2);
  for (const line of told) {
    const { place, detail } = JSON.parse(line) as { place: string; detail: string };
    assert.equal(place, 'upkeep');
    assert.match(detail, /^TypeError: a bug of this test\n +at .*unexpected-errors/);
  }
  assert.match(await (await call(server, '/metrics')).text(), /tr_cache_unexpected_errors_total 2\n/);
});

test('a worker that cannot answer says so to itself, and whoever asked waits no longer', async () => {
  const [sent, told]: [FromWorker[], unknown[]] = [[], []];
  const siblings = new WorkerSiblings({ send: (message) => void sent.push(message) }, true);
  siblings.join({
    take: () => {
      throw new RangeError('taken');
    },
    answer: () => Promise.reject(new RangeError('asked')),
    noteUnexpected: (error) => told.push(error),
  });
  siblings.receive({ type: 'asked', asker: 7, id: 3, question: { kind: 'metrics' } });
  siblings.receive({ type: 'news', news: [{ kind: 'wrong-login', address: 'x', credentialDigest: 'y' }] });
  await until(() => sent.length > 0);
  assert.deepEqual(sent, [{ type: 'answer', asker: 7, id: 3, value: undefined }]);
  assert.deepEqual(told.map((error) => (error as Error).message).sort(), ['asked', 'taken']);
});

interface Served {
  readonly url: string;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly exit: Promise<readonly unknown[]>;
  readonly output: () => string;
}

/** The real program in a process of its own, with `preload` run before it; at most `files` file descriptors. */
async function serve(t: TestContext, { preload = '', files = 1024, workers = 1 } = {}): Promise<Served> {
  const directory = mkdtempSync(join(tmpdir(), 'unexpected-'));
  const script = `ulimit -n ${files}; exec "$0" "$@"`;
  const flags = [PROGRAM, '--dir', directory, '--port', '0', '--workers', String(workers)];
  const child = spawn('sh', ['-c', script, process.execPath, `--import=data:text/javascript,${preload}`, ...flags], {
    env: { ...process.env, TR_CACHE_TOKEN: 'a-token-of-this-test-0123456789' },
  });
  const exit = once(child, 'exit');
  const closed = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await closed;
    rmSync(directory, { recursive: true, force: true });
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until(() => output.includes('Listening on ') || child.exitCode !== null);
  const url = /Listening on (\S+)\n/.exec(output)?.[1] ?? assert.fail(output);
  return { url, kill: (signal) => void child.kill(signal), exit, output: () => output };
}

for (const workers of [1, 2])
  test(`a promise that is lost is told, and the server of ${workers} goes on`, async (t) => {
    const preload = `let n = 0; const timer = setInterval(() => {
      if (process.listenerCount('unhandledRejection') === 0) return;
      clearInterval(timer);
      Promise.reject(new Error('lost on the way'));
    }, 5); timer.unref();`;
    const server = await serve(t, { preload: encodeURIComponent(preload), workers });
    await until(() => server.output().split('"event":"unexpected-error","place":"promise"').length === workers + 1);
    assert.match(server.output(), /"detail":"Error: lost on the way\\n/);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, new RegExp(`tr_cache_unexpected_errors_total ${workers}\\n`));
    assert.doesNotMatch(server.output(), /worker-died/);
  });

test('an exception that nothing caught ends the process, after a line that says so', async (t) => {
  const preload = `process.once('SIGUSR2', () => { throw new Error('thrown into nothing'); });`;
  const server = await serve(t, { preload: encodeURIComponent(preload) });
  server.kill('SIGUSR2');
  assert.deepEqual(await server.exit, [1, null]);
  const last = server.output().trim().split('\n').at(-1) ?? '';
  const { event, place, detail } = JSON.parse(last) as Readonly<Record<string, string>>;
  assert.deepEqual([event, place], ['unexpected-error', 'exception']);
  assert.match(detail ?? '', /^Error: thrown into nothing\n/);
});

test('more connections than file descriptors end no server', async (t) => {
  const server = await serve(t, { files: 256 });
  const { hostname, port } = new URL(server.url);
  const sockets: Socket[] = [];
  for (let at = 0; at < 600; at++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    sockets.push(socket);
  }
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  // What cannot be taken is cut.
  await until(() => sockets.some(({ closed }) => closed));
  for (const socket of sockets) socket.destroy();
  await until(async () => (await fetch(`${server.url}/healthz`).catch(() => undefined))?.status === 200);
});
