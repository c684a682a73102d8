import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReadinessSpec, ServiceDefinition } from '@tr/model';
import { createEngine } from '../src/create-engine.js';
import type { EngineContext } from '../src/engine.js';
import { ServiceError } from '../src/service-error.js';
import { asks, makeHost, must, mustFail, postgres, processesIn, setting, stored } from './rig.js';

/** Counts its calls in a file, and is not ready at once. */
const SERVER = `
const { createServer } = require('node:http');
const { readFileSync, writeFileSync } = require('node:fs');
const path = process.env.TR_DATA_DIR + '/count';
let count = 0;
try { count = Number(readFileSync(path, 'utf8')); } catch {}
let ready = false;
setTimeout(() => { ready = true; console.log('now ready'); }, 60);
createServer((request, response) => {
  if (request.url === '/health') { response.statusCode = ready ? 204 : 503; response.end(); return; }
  count += 1;
  writeFileSync(path, String(count));
  response.end(String(count));
}).listen(Number(process.env.PORT), process.env.HOST);
`;

function counter(
  folder: string,
  ready: Partial<ReadinessSpec>,
  command = `"${process.execPath}" server.js`,
): ServiceDefinition {
  writeFileSync(join(folder, 'server.js'), SERVER);
  const base = postgres().ready;
  return postgres({ name: 'hit-counter', kind: 'command', command, ready: { ...base, timeoutMs: 10_000, ...ready } });
}

function read(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += String(part)));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

test('any command: its checks hold, workers are apart, its folder is its state', async (t) => {
  const { host, folder } = makeHost(t);
  const service = counter(folder, {
    http: '/health',
    log: '^now ready$',
    exec: 'test -d "$TR_DATA_DIR" && test -n "$HIT_COUNTER_PORT"',
  });
  const first = must(await host.acquire(asks([service])));
  assert.equal(await read(setting(first.environment, 'HIT_COUNTER_URL')), '1');
  const path = join(folder, 'state.tar');
  must(await first.capture('hit-counter', path));
  assert.equal(await read(setting(first.environment, 'HIT_COUNTER_URL')), '2', 'the lease stays usable');
  await first.release();
  const lease = must(await host.acquire(asks([{ service, state: stored(path) }], { workers: 2 })));
  for (const name of ['HIT_COUNTER_URL', 'HIT_COUNTER_URL_0', 'HIT_COUNTER_URL_1']) {
    assert.equal(await read(setting(lease.environment, name)), '2');
  }
});

test('a check that does not hold is named, with the end of the log', async (t) => {
  const { host, folder } = makeHost(t);
  const cases: readonly (readonly [Partial<ReadinessSpec>, RegExp])[] = [
    [{ http: '/health', log: 'never said' }, /never said/],
    [{ exec: 'exit 3' }, /ends with 3/],
  ];
  for (const [ready, expected] of cases) {
    const service = counter(folder, { ...ready, timeoutMs: 700, startPeriodMs: 0, intervalMs: 20 });
    const failure = mustFail(await host.acquire(asks([service])), 'service/not-ready');
    assert.ok('check' in failure && expected.test(failure.check), JSON.stringify(failure));
    assert.deepEqual(failure.logTail, ['now ready']);
  }
  const closed = counter(folder, { timeoutMs: 200 }, 'echo listening nowhere; sleep 60');
  const failure = mustFail(await host.acquire(asks([closed])), 'service/not-ready');
  assert.ok('check' in failure && /takes no connections/.test(failure.check));
  const ended = mustFail(await host.acquire(asks([counter(folder, {}, 'echo sorry; exit 4')])), 'service/start-failed');
  assert.ok('detail' in ended && /exit code 4/.test(ended.detail));
  assert.deepEqual(processesIn([folder]), [], 'also what the shell has started is ended');
});

test('on Windows there are no services', (t) => {
  const service = counter(makeHost(t).folder, {});
  assert.throws(
    () => createEngine(service, {} as EngineContext, 'win32'),
    (error) => error instanceof ServiceError && error.failure.code === 'service/unsupported',
  );
});

test('a command service without a command', async (t) => {
  const { host, folder } = makeHost(t);
  const service = { ...counter(folder, {}), command: undefined };
  mustFail(await host.acquire(asks([service])), 'service/unsupported');
});
