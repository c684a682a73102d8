import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './rig/free-port.js';

const MAIN = fileURLToPath(new URL('../../bin/tr-cache-server.js', import.meta.url));
const TOKEN = 'a-token-of-this-test-0123456789';
const KIB = 1024;

interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  /** What it printed so far. */
  text(): string;
  [Symbol.asyncDispose](): Promise<void>;
}

async function startServer(...flags: readonly string[]): Promise<Served> {
  const directory = mkdtempSync(join(tmpdir(), 'tr-workers-'));
  const child = spawn(process.execPath, [MAIN, '--dir', directory, '--port', '0', '--workers', '3', ...flags], {
    env: { ...process.env, TR_CACHE_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let text = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(text)));
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /Listening on (\S+)\n/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    child,
    url,
    text: () => text,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      // Its pipe is closed when the last worker is gone.
      await closed;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A new connection for each call, so that the workers take turns. */
const agent = new Agent({ keepAlive: false });

async function call(
  { url }: Served,
  path: string,
  options: { readonly method?: string; readonly token?: string; readonly body?: Buffer } = {},
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const { method = 'GET', token = TOKEN, body } = options;
  const sent = request(`${url}${path}`, { method, agent, headers: { authorization: `Bearer ${token}` } });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [AsyncIterable<Buffer> & { readonly statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode, body: Buffer.concat(chunks) };
}

const put = (server: Served, key: string, body: Buffer) =>
  call(server, `/v8/artifacts/${key}`, { method: 'PUT', body });
const get = (server: Served, key: string) => call(server, `/v8/artifacts/${key}`);

/** Until it holds; the limit is that of the test runner. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await wait(20);
}

function workersOf({ child }: Served): readonly number[] {
  const { pid } = child;
  return readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
}

test('what one worker stored all of them give back, and the metrics are those of all', async () => {
  await using server = await startServer();
  for (let at = 0; at < 9; at++) assert.equal((await put(server, `key${at}`, Buffer.alloc(at * KIB, at))).status, 202);
  for (let at = 0; at < 9; at++) assert.ok((await get(server, `key${at}`)).body.equals(Buffer.alloc(at * KIB, at)));
  const metrics = async (): Promise<string> => (await call(server, '/metrics')).body.toString();
  await until(async () => (await metrics()).includes('tr_cache_stored_bytes 36864'));
  const text = await metrics();
  assert.match(text, /tr_cache_stored_entries 9\n/);
  assert.match(text, /tr_cache_stored_total\{protocol="turborepo"\} 9\n/);
  assert.match(text, /tr_cache_lookups_total\{protocol="turborepo",outcome="hit"\} 9\n/);
});

test('the quota is that of all workers together', async () => {
  await using server = await startServer('--quota', 'main=100KB');
  for (let at = 0; at < 30; at++) assert.equal((await put(server, `key${at}`, Buffer.alloc(9000, at))).status, 202);
  let kept = 0;
  for (let at = 0; at < 30; at++) if ((await get(server, `key${at}`)).status === 200) kept++;
  // 11 fit; what a worker stored a moment ago, another does not know yet. Each for itself would keep them all.
  assert.ok(kept > 0 && kept <= 20, String(kept));
});

test('guessing at one worker is guessing at all', async () => {
  await using server = await startServer();
  const guess = async (at: number): Promise<number> =>
    (await call(server, '/v8/artifacts/status', { token: `wrong-${at}` })).status;
  for (let at = 0; at < 20; at++) assert.equal(await guess(at), 401);
  // The last wrong ones are on their way to the other workers.
  await until(async () => (await Promise.all([guess(0), guess(1), guess(2)])).every((status) => status === 429));
});

test('a worker that is killed is replaced, the leader too', async () => {
  // A port that it is told: where new workers are slow to come, nobody holds one for a moment, and any free one would be another.
  await using server = await startServer('--port', String(await freePort()));
  await put(server, 'key', Buffer.from('content'));
  for (let killed = 0; killed < 3; killed++) {
    const before = workersOf(server);
    assert.equal(before.length, 3);
    const [first] = before;
    if (first !== undefined) process.kill(first, 'SIGKILL');
    await until(() => server.text().match(/worker-died/g)?.length === killed + 1);
    // Not only there, but serving.
    await until(async () => (await call(server, '/readyz')).body.toString() === 'ready\n');
    assert.ok(!workersOf(server).includes(first ?? 0));
  }
  await until(async () => {
    const answer = await get(server, 'key').catch(() => undefined);
    return answer?.body.toString() === 'content';
  });
  assert.equal(server.text().match(/worker-died/g)?.length, 3);
});

test('SIGTERM lets what is in flight end, then all end', async () => {
  await using server = await startServer();
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  const path = '/v8/artifacts/slow';
  socket.write(
    `PUT ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n`,
  );
  // Then it is served.
  await once(socket, 'data');
  const ended = once(server.child, 'exit');
  server.child.kill('SIGTERM');
  // A connection that was taken in the last moment hears nothing more.
  await until(async () => {
    const probe = call(server, '/healthz').catch(() => 'refused');
    return (await Promise.race([probe, wait(500)])) === 'refused';
  });
  socket.write('content');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1.1 202 /);
  assert.deepEqual(await ended, [0, null]);
});

test('workers end when what started them is killed', async () => {
  const server = await startServer();
  // Waits until the last one that holds the pipe of the log is gone.
  await server[Symbol.asyncDispose]();
  await assert.rejects(call(server, '/healthz'), /ECONNREFUSED/);
});

test('a worker that cannot be started is tried again, ever more slowly; meanwhile the others serve, and say so', async () => {
  await using server = await startServer();
  const { pid } = server.child;
  const limitFiles = (most: string): void =>
    void execFileSync('prlimit', [`--pid=${String(pid)}`, `--nofile=${most}:`], { stdio: 'ignore' });
  const [, before = ''] = /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/limits`, 'utf8')) ?? [];
  // All of them are in use, so there is none for the channel of a new process.
  limitFiles('5');
  const [first] = workersOf(server);
  if (first !== undefined) process.kill(first, 'SIGKILL');
  await until(() => server.text().includes('"error":"EMFILE","againInMs":2000'));
  assert.match(server.text(), /"event":"worker-died","code":null,"signal":"SIGKILL","againInMs":1000/);
  limitFiles(before);
  const answer = await call(server, '/readyz');
  assert.equal(answer.status, 200);
  assert.equal(answer.body.toString(), 'ready, but 1 of its worker processes died or cannot be started\n');
  assert.match((await call(server, '/metrics')).body.toString(), /^tr_cache_missing_workers 1$/m);
  await until(async () => (await call(server, '/readyz')).body.toString() === 'ready\n');
  assert.equal(workersOf(server).length, 3);
});
