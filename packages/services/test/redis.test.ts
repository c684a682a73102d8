import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { asks, makeHost, must, mustFail, mustWait, redis, setting, stored } from './rig.js';

/** Sends commands (inline form) and resolves with everything that comes back until the server closes. */
function talk(url: string, commands: readonly string[]): Promise<string> {
  const { hostname, port, password } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: hostname, port: Number(port) });
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => (text += String(part)));
    socket.on('error', reject).on('close', () => resolve(text));
    socket.write(`AUTH ${password}\r\n${commands.join('\r\n')}\r\nQUIT\r\n`);
  });
}

function post(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method: 'POST' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', reject).end();
  });
}

test('only this user reaches what resets a task', async (t) => {
  const { host } = makeHost(t);
  const mask = process.umask(0);
  t.after(() => process.umask(mask));
  const { environment } = must(await host.acquire(asks([redis()])));
  assert.equal(statSync(dirname(setting(environment, 'TR_SERVICES_SOCKET'))).mode & 0o777, 0o700);
});

test('each worker has a server of its own: FLUSHALL, PUBLISH and CONFIG SET do not meet', async (t) => {
  const { host } = makeHost(t);
  const { environment } = must(await host.acquire(asks([redis()], { workers: 2 })));
  const [one, two] = [setting(environment, 'REDIS_URL_0'), setting(environment, 'REDIS_URL_1')];
  await talk(one, ['SET key one', 'CONFIG SET maxmemory 12345678']);
  await talk(two, ['SET key two']);
  assert.match(await talk(two, ['PUBLISH news x', 'FLUSHALL']), /:0\r\n\+OK/);
  assert.match(await talk(one, ['GET key']), /\r\none\r\n/);
  assert.doesNotMatch(await talk(two, ['CONFIG GET maxmemory']), /12345678/);
  assert.notEqual(environment['REDIS_URL'], one);
});

test('a state of Redis: captured, restored for the task and each worker, brought back by a reset', async (t) => {
  const { host, folder } = makeHost(t);
  const service = redis({ settings: { maxmemory: '64mb' } });
  const path = join(folder, 'state.tar');
  const first = must(await host.acquire(asks([service])));
  await talk(setting(first.environment, 'REDIS_URL'), ['SET key kept']);
  must(await first.capture('cache', path));
  await first.release();
  const lease = must(await host.acquire(asks([{ service, state: stored(path) }], { workers: 1 })));
  const socket = setting(lease.environment, 'TR_SERVICES_SOCKET');
  for (const [name, query] of [
    ['REDIS_URL', ''],
    ['REDIS_URL_0', '&worker=0'],
  ] as const) {
    const url = setting(lease.environment, name);
    assert.match(await talk(url, ['GET key', 'SET key other']), /kept/);
    assert.equal(await post(socket, `/reset?service=cache${query}`), 200);
    assert.match(await talk(url, ['GET key']), /kept/);
  }
  assert.equal(await post(socket, '/reset?service=cache&worker=1'), 404);
  assert.equal(await post(socket, '/reset?service=other'), 404);
});

test('a given server: one task at a time, emptied afterwards, and never when it holds what is not ours', async (t) => {
  const theirs = must(await makeHost(t).host.acquire(asks([redis()])));
  const url = setting(theirs.environment, 'REDIS_URL');
  const service = redis({ url });
  const { host, folder } = makeHost(t);
  assert.match(must(await host.identify(service)).engine, /^redis \d.*, given; redis \d.* for workers$/);
  assert.match(must(await host.identify(redis({ url, version: '1' }))).engine, /, given$/);
  await talk(url, ['SET precious 1']);
  mustFail(await host.acquire(asks([service])), 'service/foreign-database');
  assert.match(await talk(url, ['GET precious', 'FLUSHALL']), /\r\n1\r\n/);

  const one = must(await host.acquire(asks([service])));
  assert.equal(setting(one.environment, 'REDIS_URL'), url);
  await talk(url, ['SET mine 1']);
  const waiting = makeHost(t).host.acquire(asks([service]));
  await mustWait(waiting);
  mustFail(await one.capture('cache', join(folder, 'state.tar')), 'service/unsupported');
  // What test suites do between two tests: it takes all keys of ours with it.
  assert.match(await talk(url, ['FLUSHALL', 'SET mine 2']), /\+OK\r\n\+OK/);
  await mustWait(waiting);
  assert.match(await talk(url, ['GET mine']), /\r\n2\r\n/);
  await one.release();
  const two = must(await waiting);
  assert.match(await talk(url, ['EXISTS mine']), /:0/);
  await two.release();
  assert.match(await talk(url, ['DBSIZE']), /:0/);
  // As a run leaves it that was killed.
  await talk(url, ['SET tr:ours 1', 'SET left 1']);
  await must(await host.acquire(asks([service]))).release();
  const none = mustFail(
    await host.acquire(asks([redis({ url, version: '1' })], { workers: 2 })),
    'service/unsupported',
  );
  assert.ok('what' in none && /redis-server on this machine/.test(none.what));
  const { ready } = service;
  const gone = redis({ url: 'redis://127.0.0.1:1/0', ready: { ...ready, timeoutMs: 100, intervalMs: 20 } });
  mustFail(await host.acquire(asks([gone])), 'service/unreachable');
});

test('a given server that is gone: a reset is refused, and nothing else happens', async (t) => {
  const their = makeHost(t);
  const url = setting(must(await their.host.acquire(asks([redis()]))).environment, 'REDIS_URL');
  const lease = must(await makeHost(t).host.acquire(asks([redis({ url })])));
  const socket = setting(lease.environment, 'TR_SERVICES_SOCKET');
  assert.equal(await post(socket, '/reset?service=cache'), 200);
  assert.equal(await post(socket, '//'), 404);
  await their.host.dispose();
  assert.equal(await post(socket, '/reset?service=cache'), 500);
  mustFail(await lease.reset(), 'service/unsupported');
  await lease.release();
});

test('a given server and workers: each has a server of ours, the given one is not touched', async (t) => {
  const theirs = must(await makeHost(t).host.acquire(asks([redis()])));
  const url = setting(theirs.environment, 'REDIS_URL');
  await talk(url, ['SET precious 1']);
  const { host } = makeHost(t);
  const lease = must(await host.acquire(asks([redis({ url })], { workers: 2 })));
  const urls = ['REDIS_URL', 'REDIS_URL_0', 'REDIS_URL_1'].map((name) => setting(lease.environment, name));
  assert.equal(new Set([url, ...urls].map((each) => new URL(each).port)).size, 4);
  await talk(urls[1] ?? '', ['SET key one']);
  await talk(urls[2] ?? '', ['FLUSHALL', 'CONFIG SET maxmemory 12345678']);
  assert.match(await talk(urls[1] ?? '', ['GET key']), /\r\none\r\n/);
  await lease.release();
  assert.match(await talk(url, ['GET precious', 'CONFIG GET maxmemory']), /\r\n1\r\n(?!.*12345678)/s);
});
