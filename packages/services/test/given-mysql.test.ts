import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createConnection } from 'mysql2/promise';
import { asks, makeFolder, makeHost, must, mustFail, mustWait, mysql, setting, stored } from './rig.js';
import { mysqlRows as sql } from './sql.js';

const OWNER = fileURLToPath(new URL('owner.js', import.meta.url));
/** Objects of every kind, and text that a careless client would change. */
const SCHEMA = `create table kept (id int primary key auto_increment, name varchar(40), bytes blob);
  insert into kept (name, bytes) values ('\\\\! touch x', x'00ff0a0d5c27'), ('ü;', null);
  create view seen as select name from kept;
  create trigger copies before insert on kept for each row set new.bytes = coalesce(new.bytes, 'none');
  create procedure twice(in n int) begin select n; select n * 2; end;
  alter database character set latin1 collate latin1_bin`;

/** A server that somebody else runs, with the address of a database of theirs. */
async function makeServer(t: TestContext, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const lease = must(await makeHost(t).host.acquire(asks([mysql({ database: 'theirs', settings })])));
  return setting(lease.environment, 'DATABASE_URL');
}

const names = async (url: string): Promise<readonly unknown[]> => {
  const rows = await sql(url, 'select schema_name as name from information_schema.schemata order by 1');
  return rows.map(({ name }) => name as unknown).filter((name) => !/^(mysql|sys|.*_schema)$/.test(String(name)));
};

const inDatabase = (url: string, name: string): string => url.replace(/theirs$/, name);

// MariaDB that says it is MySQL has to be marked as MySQL is, which has no comments on databases.
for (const [product, settings] of [
  ['mariadb', {}],
  ['mysql', { version: '8.0.36' }],
] as const) {
  test(`a given ${product}: databases are made and dropped, states restored, nothing of others touched`, async (t) => {
    const url = await makeServer(t, settings);
    await sql(url, 'create database app character set utf8mb4 collate utf8mb4_bin');
    const { host, folder } = makeHost(t, { environment: { PATH: process.env['PATH'] ?? '', CI_DATABASE: url } });
    const service = mysql({ url: '$CI_DATABASE' });
    assert.match(must(await host.identify(service)).engine, new RegExp(`^${product} \\d.*, utf8mb4_\\w+, given$`));
    const first = must(await host.acquire(asks([service])));
    const own = setting(first.environment, 'DATABASE_URL');
    assert.equal(new URL(own).pathname, '/app');
    await sql(own, SCHEMA);
    const path = join(folder, 'state.tar');
    const open = await createConnection({ uri: own });
    mustFail(await first.capture('sql', path), 'service/capture-failed');
    await open.end();
    const captured = must(await first.capture('sql', path));
    assert.equal(captured.sha256, stored(path).sha256);
    await first.release();
    const [back] = await sql(
      inDatabase(url, 'app'),
      'select @@collation_database as c, (select count(*) from information_schema.tables where table_schema = database()) as n',
    );
    assert.deepEqual({ ...back }, { c: 'utf8mb4_bin', n: 0 }, 'the empty database of others is back');

    const lease = must(await host.acquire(asks([{ service, state: stored(path) }], { workers: 2 })));
    const read = 'select group_concat(name order by id) as names, max(hex(bytes)) as bytes from kept';
    for (const [name, database] of [
      ['DATABASE_URL', 'app'],
      ['DATABASE_URL_0', 'app_1'],
      ['DATABASE_URL_1', 'app_2'],
    ] as const) {
      const each = setting(lease.environment, name);
      assert.equal(new URL(each).pathname, `/${database}`);
      assert.deepEqual({ ...(await sql(each, read))[0] }, { names: '\\! touch x,ü;', bytes: '00FF0A0D5C27' });
      assert.equal((await sql(each, 'select @@collation_database as c'))[0]?.['c'], 'latin1_bin');
      await sql(each, "call twice(1); insert into kept (name) values ('three')");
    }
    const second = setting(lease.environment, 'DATABASE_URL_1');
    await sql(second, 'drop view seen');
    // Whoever is still in the middle of something does not keep it from being brought back.
    const busy = await createConnection({ uri: second });
    busy.on('error', () => undefined);
    await busy.query('begin');
    await busy.query('select * from kept for update');
    must(await lease.reset());
    busy.destroy();
    assert.equal((await sql(second, 'select count(*) as n from seen'))[0]?.['n'], 2);
    // A task may make its database anew, which takes the mark from it.
    await sql(second, 'drop database app_2; create database app_2; create table app_2.filled (i int)');
    await lease.release();
    assert.deepEqual(await names(url), ['app', 'theirs']);
  });

  test(`what a killed run has left on a given ${product} is dropped by the next one`, async (t) => {
    const url = await makeServer(t, settings);
    const service = mysql({ url });
    const call = { folder: makeFolder(t), root: process.cwd(), mode: 'wait', services: [service] };
    const owner = spawn(process.execPath, [OWNER, JSON.stringify(call)], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => owner.stdout.once('data', resolve));
    await sql(inDatabase(url, 'app_1'), 'create table left_over (i int)');
    const waiting = makeHost(t).host.acquire(asks([service]));
    await mustWait(waiting);
    owner.kill('SIGKILL');
    const lease = must(await waiting);
    assert.deepEqual(await names(url), ['app', 'theirs']);
    await lease.release();
    assert.deepEqual(await names(url), ['theirs']);
  });
}

test('a database of others on a given MariaDB that is not empty, or is in use, is left alone', async (t) => {
  const url = await makeServer(t);
  await sql(url, 'create database app; create procedure app.precious() select 1');
  const { host } = makeHost(t);
  const failure = mustFail(await host.acquire(asks([mysql({ url })])), 'service/foreign-database');
  assert.ok('database' in failure && failure.database === 'app');
  await sql(url, 'create database shop; create database shop_1; create table shop_1.precious (i int)');
  const shop = mysql({ url, database: 'shop' });
  mustFail(await host.acquire(asks([shop], { workers: 1 })), 'service/foreign-database');
  const user = await createConnection({ uri: inDatabase(url, 'shop') });
  mustFail(await host.acquire(asks([shop])), 'service/foreign-database');
  await user.end();
  await sql(url, 'call app.precious(); select * from shop_1.precious');
  assert.deepEqual(await names(url), ['app', 'shop', 'shop_1', 'theirs']);
});

test('a given MariaDB: not there, no address, a user who may do nothing, a state it cannot load', async (t) => {
  const url = await makeServer(t);
  const { host, folder } = makeHost(t, { environment: { PATH: process.env['PATH'] ?? '', WRONG: 'postgres://x/y' } });
  const { ready } = mysql();
  const soon = { ...ready, timeoutMs: 200, intervalMs: 50 };
  for (const wrong of ['mysql://nobody@127.0.0.1:1/x', '$WRONG']) {
    const failure = mustFail(await host.acquire(asks([mysql({ url: wrong, ready: soon })])), 'service/unreachable');
    assert.ok('detail' in failure && !failure.detail.includes('nobody'));
  }
  await sql(url, "create user 'guest'@'%' identified by 'p@ss'");
  const guest = new URL(url);
  Object.assign(guest, { username: 'guest', password: encodeURIComponent('p@ss') });
  const denied = mustFail(await host.acquire(asks([mysql({ url: guest.toString() })])), 'service/unreachable');
  assert.ok('detail' in denied && /Access denied.*'app'/.test(denied.detail), JSON.stringify(denied));
  const first = must(await host.acquire(asks([mysql({ url })])));
  await sql(setting(first.environment, 'DATABASE_URL'), 'create table t (i int)');
  const path = join(folder, 'state.tar');
  must(await first.capture('sql', path));
  await first.release();
  const bytes = readFileSync(path, 'latin1');
  // What a client would do on its own: in a state it is an error of the text, and nothing happens.
  const evil = join(folder, 'evil');
  for (const command of [`system touch ${evil}`, `\\! touch ${evil}`]) {
    const at = bytes.indexOf('CREATE TABLE');
    writeFileSync(path, `${bytes.slice(0, at)}${command}\n${bytes.slice(at + command.length + 1)}`, 'latin1');
    mustFail(await host.acquire(asks([{ service: mysql({ url }), state: stored(path) }])), 'service/state-unusable');
    assert.equal(existsSync(evil), false);
  }
  assert.deepEqual(await names(url), ['theirs']);
});
