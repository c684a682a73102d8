import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sha256 } from '@tr/model';
import pg from 'pg';
import { asks, makeHost, must, mustFail, postgres, processesIn, registeredFolders, setting, stored } from './rig.js';
import { sql } from './sql.js';

test('an empty database with its extensions, ready, and nothing left after the run', async (t) => {
  const { host, directory } = makeHost(t);
  const service = postgres({ extensions: ['pgcrypto'], settings: { work_mem: '7MB' } });
  assert.match(must(await host.identify(service)).engine, /^postgres \d+\.\d+/);
  const lease = must(await host.acquire(asks([service])));
  const [row] = await sql(
    setting(lease.environment, 'DATABASE_URL'),
    "select current_database() as name, current_setting('work_mem') as memory, digest('a', 'sha256') is not null as has",
  );
  assert.deepEqual(row, { name: 'app', memory: '7MB', has: true });
  const folders = registeredFolders(directory);
  assert.ok(folders.length > 0 && processesIn(folders).length > 0);
  await host.dispose();
  assert.deepEqual(processesIn(folders), []);
  assert.deepEqual(
    folders.filter((folder) => existsSync(folder)),
    [],
  );
  assert.deepEqual(readdirSync(join(directory, 'runs')), []);
});

test('a state: captured, found ready on the same server, restored by another run, cloned for workers', async (t) => {
  const { host, folder } = makeHost(t);
  const service = postgres();
  const path = join(folder, 'state.tar');
  const first = must(await host.acquire(asks([service])));
  const url = setting(first.environment, 'DATABASE_URL');
  await sql(url, "create table steps (name text); insert into steps values ('one'); create role reporting");
  await sql(url, "alter database app set statement_timeout = '77s'");
  await sql(url, 'create database app_queue');
  const captured = must(await first.capture('db', path));
  assert.equal(captured.sha256, stored(path).sha256);
  await first.release();
  for (const other of [host, makeHost(t, { folder }).host]) {
    const lease = must(await other.acquire(asks([{ service, state: stored(path) }], { workers: 3 })));
    assert.equal(lease.environment['TR_WORKERS'], '3');
    const names = ['DATABASE_URL', 'DATABASE_URL_0', 'DATABASE_URL_2'];
    for (const name of names) {
      const rows = await sql(
        setting(lease.environment, name),
        "select name, current_setting('statement_timeout') as limit, current_database() as db from steps",
      );
      assert.deepEqual(
        rows.map((row) => [row['name'], row['limit']]),
        [['one', '77s']],
      );
    }
    const databases = await sql(
      setting(lease.environment, 'DATABASE_URL'),
      'select datname from pg_database where datallowconn and not datistemplate order by 1',
    );
    assert.deepEqual(
      databases.map(({ datname }) => datname),
      ['app', 'app_1', 'app_2', 'app_3', 'app_queue', 'app_queue_1', 'app_queue_2', 'app_queue_3', 'postgres'],
    );
    await lease.release();
  }
});

test('what a task has changed is seen by no other one, neither in its database nor beside it', async (t) => {
  const { host } = makeHost(t);
  const service = postgres();
  const ports = [];
  for (const change of [
    'create table t (i int)',
    'create role somebody',
    "alter system set work_mem = '9MB'",
    'select 1',
  ]) {
    const lease = must(await host.acquire(asks([service])));
    const url = setting(lease.environment, 'DATABASE_URL');
    ports.push(lease.environment['PGPORT']);
    const [row] = await sql(
      url,
      `select (select count(*)::int from pg_roles where rolname = 'somebody') as roles,
        (select count(*)::int from pg_class where relname = 't') as tables,
        (select count(*)::int from pg_file_settings where name = 'work_mem') as settings`,
    );
    assert.deepEqual(row, { roles: 0, tables: 0, settings: 0 });
    await sql(url, change);
    await lease.release();
  }
  assert.equal(ports[0], ports[1], 'a dirty database is dropped and the server used again');
  assert.equal(new Set(ports).size, 3, 'a server with a new role or setting is not');
});

test('no state is stored while somebody is connected, or after the server has ended', async (t) => {
  const { host, folder } = makeHost(t);
  const lease = must(await host.acquire(asks([postgres()])));
  const url = setting(lease.environment, 'DATABASE_URL');
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  const path = join(folder, 'state.tar');
  mustFail(await lease.capture('db', path), 'service/capture-failed');
  const [row] = (await client.query<{ pid: string }>("select pg_read_file('postmaster.pid') as pid")).rows;
  process.kill(Number.parseInt(row?.pid ?? '', 10), 'SIGKILL');
  mustFail(await lease.capture('db', path), 'service/capture-failed');
  assert.equal(existsSync(path), false);
});

test('a state is good although its server does not come up again: somebody has taken the port meanwhile', async (t) => {
  const { host, folder } = makeHost(t);
  const service = postgres();
  const lease = must(await host.acquire(asks([service])));
  await sql(setting(lease.environment, 'DATABASE_URL'), 'create table kept ()');
  const thief = createServer();
  let isOver = false;
  const grab = (): void => {
    if (!isOver) thief.listen(Number(setting(lease.environment, 'PGPORT')), '127.0.0.1');
  };
  thief.on('error', () => setImmediate(grab));
  t.after(() => thief.close());
  grab();
  const path = join(folder, 'state.tar');
  const captured = must(await lease.capture('db', path));
  isOver = true;
  assert.equal(thief.listening, true, 'it had the port');
  assert.equal(captured.sha256, stored(path).sha256);
  await lease.release();
  const next = must(await host.acquire(asks([{ service, state: stored(path) }])));
  assert.deepEqual(await sql(setting(next.environment, 'DATABASE_URL'), 'select * from kept'), []);
});

test('a state that somebody has removed meanwhile is of no use, and no accident', async (t) => {
  const { host, folder } = makeHost(t);
  const state = { path: join(folder, 'gone.tar'), sha256: 'f'.repeat(64) as Sha256 };
  mustFail(await host.acquire(asks([{ service: postgres(), state }])), 'service/state-unusable');
});
