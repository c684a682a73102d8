import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createConnection } from 'mysql2/promise';
import { asks, makeHost, must, mustFail, mysql, setting, stored } from './rig.js';
import { mysqlRows as sql } from './sql.js';

test('MariaDB: empty, captured, restored for the task and each worker, brought back by a reset', async (t) => {
  const { host, folder } = makeHost(t);
  const service = mysql({ kind: 'mariadb', settings: { max_connections: '42' } });
  assert.match(must(await host.identify(service)).engine, /^mariadb \d+\.\d+/);
  const first = must(await host.acquire(asks([service])));
  const url = setting(first.environment, 'DATABASE_URL');
  const [row] = await sql(url, 'select database() as name, @@max_connections as connections');
  assert.deepEqual({ ...row }, { name: 'app', connections: 42 });
  await sql(url, "create table kept (name text) engine=innodb; insert into kept values ('one')");
  const path = join(folder, 'state.tar');
  const open = await createConnection({ uri: url });
  mustFail(await first.capture('sql', path), 'service/capture-failed');
  await open.end();
  must(await first.capture('sql', path));
  assert.equal((await sql(url, 'select name from kept'))[0]?.['name'], 'one', 'the lease stays usable');
  await first.release();
  const lease = must(await host.acquire(asks([{ service: mysql(), state: stored(path) }], { workers: 2 })));
  const workers = ['DATABASE_URL', 'DATABASE_URL_0', 'DATABASE_URL_1'].map((name) => setting(lease.environment, name));
  for (const each of workers) {
    assert.equal((await sql(each, 'select count(*) as n from kept'))[0]?.['n'], 1);
    await sql(each, "insert into kept values ('two'); set global max_connections = 17");
  }
  assert.equal(lease.environment['MYSQL_DATABASE'], 'app');
  const { pathname, password } = new URL(workers[2] ?? '');
  assert.deepEqual([pathname, password], ['/app', lease.environment['MYSQL_PWD_1']]);
  assert.notEqual(lease.environment['MYSQL_TCP_PORT_0'], lease.environment['MYSQL_TCP_PORT_1']);
  must(await lease.reset());
  for (const each of workers) {
    const [after] = await sql(each, 'select count(*) as n, @@max_connections as connections from kept');
    assert.notEqual(after?.['connections'], 17);
    assert.equal(after?.['n'], 1);
  }
});
