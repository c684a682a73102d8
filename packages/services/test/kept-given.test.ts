import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ServiceDefinition, ServiceFailure } from '@tr/model';
import { createKeptServices, type KeptServices } from '../src/index.js';
import { asks, makeFolder, makeHost, must, mustFail, mysql, postgres, redis, setting, stored } from './rig.js';
import { mysqlRows, sql } from './sql.js';

const NEVER = new AbortController().signal;

interface Keeper {
  readonly kept: KeptServices;
  readonly directory: string;
  readonly warnings: ServiceFailure[];
}

function keep(t: TestContext): Keeper {
  const root = makeFolder(t);
  const directory = join(root, '.tr', 'services');
  const warnings: ServiceFailure[] = [];
  const environment = { PATH: process.env['PATH'] ?? '' };
  const warn = (failure: ServiceFailure): void => void warnings.push(failure);
  return { kept: createKeptServices({ root, directory, environment, now: Date.now, warn }), directory, warnings };
}

/** Two kinds of servers that somebody else runs. */
const KINDS = [
  {
    kind: 'postgres',
    service: postgres,
    query: sql,
    own: postgres({ database: 'theirs' }),
    list: "select datname as name from pg_database where datname in ('app', 'theirs') order by 1",
  },
  {
    kind: 'mariadb',
    service: (changes: Partial<ServiceDefinition>) => mysql({ kind: 'mariadb', ...changes }),
    query: mysqlRows,
    own: mysql({ kind: 'mariadb', database: 'theirs' }),
    list: "select schema_name as name from information_schema.schemata where schema_name in ('app', 'theirs') order by 1",
  },
] as const;

for (const { kind, service: define, query, own, list } of KINDS) {
  const makeServer = async (t: TestContext): Promise<string> => {
    const lease = must(await makeHost(t).host.acquire(asks([own])));
    return setting(lease.environment, 'DATABASE_URL');
  };
  const names = async (url: string): Promise<string> =>
    (await query(url, list)).map(({ name }) => String(name)).join(' ');

  test(`${kind}: what \`up\` makes on a given server stays until \`down\`, with whatever somebody has put into it`, async (t) => {
    const url = await makeServer(t);
    const { kept, directory, warnings } = keep(t);
    const service = define({ url });
    const up = must(await kept.up({ service, state: undefined }, NEVER));
    const mine = setting(up.environment, 'DATABASE_URL');
    assert.equal(await names(url), 'app theirs');
    // Empty or not: it is nobody else's.
    const failure = mustFail(await makeHost(t).host.acquire(asks([service])), 'service/foreign-database');
    assert.equal('why' in failure ? failure.why : undefined, 'kept');
    await query(mine, 'create table precious (i int)');
    mustFail(await makeHost(t).host.acquire(asks([service])), 'service/foreign-database');
    const again = must(await kept.up({ service, state: undefined }, NEVER));
    assert.equal(again.environment['DATABASE_URL'], mine);
    await query(mine, 'select * from precious');
    assert.deepEqual(
      (await kept.list()).map(({ name, isRunning }) => [name, isRunning]),
      [[service.name, true]],
    );
    await kept.down(undefined);
    assert.equal(await names(url), 'theirs');
    assert.deepEqual(readdirSync(join(directory, 'kept')), []);
    assert.deepEqual(warnings, []);
    must(await makeHost(t).host.acquire(asks([service])));
  });

  test(`${kind}: a database that was there before \`up\` is used as it is, and \`down\` leaves it`, async (t) => {
    const url = await makeServer(t);
    const { host, folder } = makeHost(t);
    const path = join(folder, 'state.tar');
    const lease = must(await host.acquire(asks([define({ url })])));
    await query(setting(lease.environment, 'DATABASE_URL'), 'create table migrated (i int)');
    must(await lease.capture(define({ url }).name, path));
    await lease.release();
    await query(url, 'create database app');
    for (const isFilled of [false, true]) {
      const { kept } = keep(t);
      const service = define({ url });
      const up = must(await kept.up({ service, state: undefined }, NEVER));
      if (!isFilled) await query(setting(up.environment, 'DATABASE_URL'), 'create table precious (i int)');
      await kept.down(undefined);
      assert.equal(await names(url), 'app theirs');
      await query(setting(up.environment, 'DATABASE_URL'), 'select * from precious');
      const failed = await kept.up({ service, state: stored(path) }, NEVER);
      const failure = mustFail(failed, 'service/foreign-database');
      assert.equal('why' in failure ? failure.why : undefined, 'there');
      assert.deepEqual(await kept.list(), []);
    }
    await query(url, 'drop database app');
    const { kept } = keep(t);
    const up = must(await kept.up({ service: define({ url }), state: stored(path) }, NEVER));
    await query(setting(up.environment, 'DATABASE_URL'), 'select * from migrated');
    // Somebody has dropped it and made another one of the same name: that one is not what \`up\` has made.
    await query(url, 'drop database app');
    await query(url, 'create database app');
    await kept.down(undefined);
    assert.equal(await names(url), 'app theirs');
  });
}

test('a given server that is no more: `down` says so and forgets it', async (t) => {
  const { host } = makeHost(t);
  const lease = must(await host.acquire(asks([postgres({ database: 'theirs' })])));
  const { kept, directory, warnings } = keep(t);
  const service = postgres({ url: setting(lease.environment, 'DATABASE_URL') });
  must(await kept.up({ service, state: undefined }, NEVER));
  await host.dispose();
  assert.deepEqual(
    (await kept.list()).map(({ isRunning }) => isRunning),
    [false],
  );
  await kept.down(['db']);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['service/unreachable'],
  );
  assert.deepEqual(await kept.list(), []);
  assert.deepEqual(existsSync(join(directory, 'kept')) ? readdirSync(join(directory, 'kept')) : [], []);
});

test('a given Redis: `up` takes it as it is, `down` leaves it, and no run empties it', async (t) => {
  const lease = must(await makeHost(t).host.acquire(asks([redis()])));
  const { kept } = keep(t);
  const service = redis({ url: setting(lease.environment, 'REDIS_URL') });
  const up = must(await kept.up({ service, state: undefined }, NEVER));
  assert.equal(setting(up.environment, 'REDIS_URL'), service.url);
  const { RedisConnection } = await import('../src/redis/redis-connection.js');
  const { port, password } = new URL(service.url ?? '');
  const connection = await RedisConnection.connect({ host: '127.0.0.1', port: Number(port) });
  t.after(() => connection.close());
  await connection.call('AUTH', decodeURIComponent(password));
  await connection.call('SET', 'precious', '1');
  mustFail(await makeHost(t).host.acquire(asks([service])), 'service/foreign-database');
  must(await kept.up({ service, state: undefined }, NEVER));
  await kept.down(undefined);
  assert.equal(await connection.call('GET', 'precious'), '1');
  assert.equal(await connection.call('EXISTS', 'tr:ours', 'tr:lease'), 0);
});
