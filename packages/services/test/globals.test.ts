import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PostgresAdmin } from '../src/postgres/admin.js';
import { Databases } from '../src/postgres/databases.js';
import { asks, makeHost, must, postgres, setting } from './rig.js';
import { sql } from './sql.js';

/** What a task may do to what all databases of a server share, by the database it does it in. */
const CHANGES: readonly (readonly [database: string, statement: string])[] = [
  ['app', 'create role other'],
  ['app', 'alter role other password $$x$$'],
  ['app', 'grant pg_monitor to other'],
  ['app', 'alter role postgres set work_mem to 77'],
  ['app', 'alter database postgres set work_mem to 77'],
  ['app', 'alter role postgres in database template1 set lock_timeout to 99'],
  ['app', 'alter database template1 connection limit 5'],
  ['app', 'grant create on tablespace pg_default to public'],
  ['app', 'comment on role postgres is $$changed$$'],
  ['app', "select pg_replication_origin_create('left')"],
  ['app', 'alter system set work_mem to 77'],
  ['template1', 'revoke all on schema public from public'],
  ['template1', 'alter default privileges grant all on tables to public'],
  ['template1', 'grant execute on function pg_ls_dir(text) to public'],
  ['template1', 'create table left_behind ()'],
  ['postgres', 'create function left_behind() returns int language sql as $$select 1$$'],
  ['postgres', 'create or replace function left_behind() returns int language sql as $$select 2$$'],
  ['postgres', 'drop function left_behind()'],
];

test('whatever a task changes outside of its databases is noticed; what it does inside of them is not', async (t) => {
  const { host } = makeHost(t);
  const service = postgres();
  const engine = must(await host.identify(service)).engine;
  const { environment } = must(await host.acquire(asks([service])));
  const url = setting(environment, 'DATABASE_URL');
  const urlOf = (database: string): string => url.replace(/app$/, database);
  const admin = new PostgresAdmin((database) => ({ connectionString: urlOf(database) }));
  t.after(() => admin.close());
  const databases = new Databases(admin, Number(/\d+/.exec(engine)?.[0]));
  let before = await databases.readGlobals();
  await sql(url, 'create table mine (id serial); create schema inner_one; alter database app set work_mem to 77');
  await sql(url, 'create database second');
  await sql(urlOf('postgres'), 'vacuum analyze');
  assert.equal(await databases.readGlobals(), before);
  for (const [database, statement] of CHANGES) {
    await sql(urlOf(database), statement);
    const after = await databases.readGlobals();
    assert.notEqual(after, before, statement);
    before = after;
  }
});
