import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ServiceDefinition } from '@tr/model';
import { asks, makeHost, must, mustFail, mustWait, postgres, setting, stored } from './rig.js';
import { sql } from './sql.js';

/** A server that somebody else runs, with the address of its database `postgres`. */
async function makeServer(t: TestContext): Promise<string> {
  const lease = must(await makeHost(t).host.acquire(asks([postgres({ database: 'theirs' })])));
  return setting(lease.environment, 'DATABASE_URL').replace(/theirs$/, 'postgres');
}

const names = async (url: string): Promise<readonly unknown[]> =>
  (await sql(url, "select datname from pg_database where datname not like 'template%' order by 1")).map(
    ({ datname }) => datname,
  );

test('a given server: databases are made and dropped, states restored, and nothing of others is touched', async (t) => {
  const url = await makeServer(t);
  await sql(url, 'create role them');
  const special = "encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'";
  await sql(url, `create database app owner them template template0 ${special}`);
  const { host, folder } = makeHost(t, { environment: { PATH: process.env['PATH'] ?? '', CI_DATABASE: url } });
  const service = postgres({ url: '$CI_DATABASE', extensions: ['pgcrypto'] });
  assert.match(must(await host.identify(service)).engine, /^postgres \d.*given; pgcrypto \d+\.\d+$/);
  assert.match(must(await host.identify(postgres({ url: '$CI_DATABASE' }))).engine, /^postgres \d.*given$/);
  const first = must(await host.acquire(asks([service])));
  const own = setting(first.environment, 'DATABASE_URL');
  assert.equal(new URL(own).pathname, '/app');
  await sql(own, "create table kept (name text); insert into kept values (encode(digest('a', 'sha256'), 'hex'))");
  const path = join(folder, 'state.tar');
  const captured = must(await first.capture('db', path));
  assert.equal(captured.sha256, stored(path).sha256);
  await first.release();
  assert.equal(
    (await sql(url.replace(/postgres$/, 'app'), 'select count(*)::int as n from pg_class where oid > 16384'))[0]?.['n'],
    0,
    'the empty database of others is back',
  );
  const made = 'pg_get_userbyid(datdba) as owner, pg_encoding_to_char(encoding) as encoding, datcollate';
  assert.deepEqual(await sql(url, `select ${made} from pg_database where datname = 'app'`), [
    { owner: 'them', encoding: 'SQL_ASCII', datcollate: 'C' },
  ]);

  for (const isWarm of [true, false]) {
    if (!isWarm) {
      const templates = await sql(url, "select datname from pg_database where datname like 'tr\\_%'");
      for (const { datname } of templates) await sql(url, `alter database ${String(datname)} is_template false`);
      for (const { datname } of templates) await sql(url, `drop database ${String(datname)}`);
    }
    const lease = must(await host.acquire(asks([{ service, state: stored(path) }], { workers: 2 })));
    for (const name of ['DATABASE_URL', 'DATABASE_URL_1']) {
      assert.equal((await sql(setting(lease.environment, name), 'select count(*)::int as n from kept'))[0]?.['n'], 1);
    }
    await sql(setting(lease.environment, 'DATABASE_URL_1'), 'drop table kept');
    must(await lease.reset());
    await sql(setting(lease.environment, 'DATABASE_URL_1'), 'select from kept');
    await lease.release();
  }
  assert.deepEqual(
    (await names(url)).filter((name) => !String(name).startsWith('tr_')),
    ['app', 'postgres', 'theirs'],
  );
});

test('a database of others that is not empty is left alone', async (t) => {
  const url = await makeServer(t);
  await sql(url, 'create database app');
  await sql(url.replace(/postgres$/, 'app'), 'create table precious (i int)');
  const { host } = makeHost(t);
  const failure = mustFail(await host.acquire(asks([postgres({ url })])), 'service/foreign-database');
  assert.ok('database' in failure && failure.database === 'app');
  await sql(url.replace(/postgres$/, 'app'), 'select from precious');
  assert.deepEqual(await names(url), ['app', 'postgres', 'theirs']);
  await sql(url, 'create database shop_1');
  await sql(url.replace(/postgres$/, 'shop_1'), 'create function f() returns int language sql as $$select 1$$');
  mustFail(await host.acquire(asks([postgres({ url, database: 'shop' })], { workers: 1 })), 'service/foreign-database');
  assert.deepEqual(await names(url), ['app', 'postgres', 'shop_1', 'theirs']);
});

test('a task that makes its databases anew, as test runners of frameworks do: they are ours all the same', async (t) => {
  const url = await makeServer(t);
  const { host, folder } = makeHost(t);
  const service = postgres({ url });
  const remake = async (environment: Readonly<Record<string, string>>): Promise<void> => {
    for (const name of ['DATABASE_URL', 'DATABASE_URL_0']) {
      const database = new URL(setting(environment, name)).pathname.slice(1);
      await sql(url, `drop database ${database}`);
      await sql(url, `create database ${database}`);
      await sql(setting(environment, name), 'create table remade (i int)');
    }
  };
  const first = must(await host.acquire(asks([service], { workers: 1 })));
  await remake(first.environment);
  must(await first.reset());
  assert.deepEqual(await sql(setting(first.environment, 'DATABASE_URL_0'), "select to_regclass('remade') as t"), [
    { t: null },
  ]);
  await remake(first.environment);
  const path = join(folder, 'state.tar');
  must(await first.capture('db', path));
  await first.release();
  assert.deepEqual(
    (await names(url)).filter((name) => !String(name).startsWith('tr_')),
    ['postgres', 'theirs'],
  );
  const second = must(await host.acquire(asks([{ service, state: stored(path) }], { workers: 1 })));
  for (const name of ['DATABASE_URL', 'DATABASE_URL_0'])
    await sql(setting(second.environment, name), 'select from remade');
});

test('two runs on one given server take turns, and leftovers of a killed one are dropped', async (t) => {
  const url = await makeServer(t);
  const service = postgres({ url });
  // As a run leaves it that was killed: marked, and with a half-made one.
  await sql(url, 'create database app');
  await sql(url, `comment on database app is '{"tr":1,"role":"lease","of":"app","used":1}'`);
  await sql(url.replace(/postgres$/, 'app'), 'create table left_over (i int)');
  const one = must(await makeHost(t).host.acquire(asks([service])));
  const waiting = makeHost(t).host.acquire(asks([service]));
  await mustWait(waiting);
  await sql(setting(one.environment, 'DATABASE_URL'), 'create table mine (i int)');
  await one.release();
  const two = must(await waiting);
  const tables = await sql(setting(two.environment, 'DATABASE_URL'), 'select relname from pg_class where oid >= 16384');
  assert.deepEqual(tables, []);
});

test('a run that is ended while it waits for its turn leaves the databases of the other one alone', async (t) => {
  const url = await makeServer(t);
  const service = postgres({ url });
  const one = must(await makeHost(t).host.acquire(asks([service], { workers: 1 })));
  await sql(setting(one.environment, 'DATABASE_URL'), 'create table mine (i int)');
  for (const end of ['signal', 'dispose'] as const) {
    const { host } = makeHost(t);
    const ending = new AbortController();
    const waiting = host.acquire(asks([service], { workers: 1, signal: ending.signal }));
    await mustWait(waiting);
    if (end === 'dispose') await host.dispose();
    ending.abort();
    mustFail(await waiting, 'service/unreachable');
  }
  await sql(setting(one.environment, 'DATABASE_URL'), 'select from mine');
  await sql(setting(one.environment, 'DATABASE_URL_0'), 'select 1');
});

test('two databases of one given server: tasks that want both do not wait for each other; the same one twice is refused', async (t) => {
  const url = await makeServer(t);
  const [a, b] = [postgres({ url }), postgres({ url, name: 'audit', database: 'audit', env: { AUDIT_URL: 'url' } })];
  const use = async (services: readonly ServiceDefinition[]): Promise<void> => {
    const lease = must(await makeHost(t).host.acquire(asks(services)));
    await sql(setting(lease.environment, 'AUDIT_URL'), 'create table mine (i int)');
    await sql(setting(lease.environment, 'DATABASE_URL'), 'create table mine (i int)');
    await lease.release();
  };
  await Promise.all([use([a, b]), use([b, a]), use([a, b]), use([b, a])]);
  const twice = await makeHost(t).host.acquire(asks([a, { ...b, database: 'app' }]));
  const failure = mustFail(twice, 'service/unsupported');
  assert.ok('what' in failure && failure.what.includes('the same database'));
});

test('a given server that is not there, and an address that says nothing', async (t) => {
  const environment = { PATH: process.env['PATH'] ?? '', WRONG: 'no address' };
  const { host } = makeHost(t, { environment });
  const { ready } = postgres();
  const soon = { ...ready, timeoutMs: 200, intervalMs: 50 };
  for (const url of ['postgres://nobody@127.0.0.1:1/x', '$WRONG', 'no address']) {
    const failure = mustFail(await host.acquire(asks([postgres({ url, ready: soon })])), 'service/unreachable');
    assert.ok('detail' in failure && !failure.detail.includes('nobody'));
  }
  must(await host.acquire(asks([postgres({ url: '$NOT_SET' })])));
});
