import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createKeptServices } from '../src/index.js';
import { asks, makeHost, must, mustFail, postgres, processesIn, redis, setting } from './rig.js';
import { sql } from './sql.js';

const UP = fileURLToPath(new URL('keeper.js', import.meta.url));

test('kept servers outlive their command and every run, and end when they are told to', async (t) => {
  const { host, folder, directory } = makeHost(t);
  const options = {
    root: folder,
    directory,
    environment: { PATH: process.env['PATH'] ?? '' },
    now: Date.now,
    warn: () => undefined,
  };
  const kept = createKeptServices(options);
  t.after(() => kept.down(undefined));
  const services = [postgres(), redis()];
  // A process of its own, which ends by itself although its servers run.
  const up = spawnSync(process.execPath, [UP, JSON.stringify({ options: { root: folder, directory }, services })], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(up.status, 0, up.stdout + up.stderr);
  const listed = await kept.list();
  assert.deepEqual(new Set(listed.map(({ name }) => name)), new Set(['db', 'cache']));
  assert.ok(listed.every(({ isRunning }) => isRunning));
  const own = listed.find(({ name }) => name === 'db');
  const url = setting(own?.environment ?? {}, 'DATABASE_URL');
  await sql(url, 'create table mine (i int)');

  await host.sweep();
  const lease = must(await host.acquire(asks(services)));
  await lease.release();
  await host.dispose();
  await sql(url, 'select from mine');

  const again = must(await kept.up({ service: postgres(), state: undefined }, new AbortController().signal));
  assert.equal(again.environment['DATABASE_URL'], url, 'it runs already');
  const changed = postgres({ settings: { work_mem: '5MB' } });
  const other = must(await kept.up({ service: changed, state: undefined }, new AbortController().signal));
  assert.notEqual(other.environment['DATABASE_URL'], url, 'another definition is another server');
  assert.ok(readFileSync(other.logPath ?? '', 'utf8').includes('ready to accept connections'));
  await assert.rejects(sql(url, 'select 1'));

  const folders = readdirSync(join(directory, 'kept'))
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => [...readFileSync(join(directory, 'kept', name), 'utf8').matchAll(/"directory":"([^"]+)"/g)])
    .map(([, path = '']) => path);
  assert.ok(processesIn(folders).length > 0);
  await kept.down(['cache']);
  assert.deepEqual(
    (await kept.list()).map(({ name }) => name),
    ['db'],
  );
  await kept.down(undefined);
  assert.deepEqual(processesIn(folders), []);
  assert.deepEqual(
    folders.filter((path) => existsSync(path)),
    [],
  );
  assert.deepEqual(readdirSync(join(directory, 'kept')), []);
  const bad = postgres({ version: '>=99' });
  mustFail(await kept.up({ service: bad, state: undefined }, new AbortController().signal), 'service/not-found');
});
