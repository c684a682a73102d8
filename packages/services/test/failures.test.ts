import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  asks,
  makeFolder,
  makeHost,
  must,
  mustFail,
  mysql,
  postgres,
  processesIn,
  redis,
  registeredFolders,
  setting,
  stored,
} from './rig.js';
import { mysqlRows, sql } from './sql.js';

test('no such version on the machine: what there is is told', async (t) => {
  const { host } = makeHost(t);
  for (const service of [postgres({ version: '>=99' }), redis({ version: '1' })]) {
    const failure = mustFail(await host.acquire(asks([service])), 'service/not-found');
    assert.ok('found' in failure && failure.found.length > 0);
    mustFail(await host.identify(service), 'service/not-found');
  }
});

test('a server that does not start: the end of its log is told, nothing is left', async (t) => {
  const { host, directory } = makeHost(t);
  for (const service of [
    postgres({ settings: { shared_buffers: 'plenty' } }),
    redis({ settings: { nonsense: '1' } }),
  ]) {
    const failure = mustFail(await host.acquire(asks([service, postgres({ name: 'other' })])), 'service/start-failed');
    assert.ok('logTail' in failure && /shared_buffers|nonsense/.test(failure.logTail.join('\n')));
  }
  await host.dispose();
  assert.deepEqual(processesIn(registeredFolders(directory)), []);
});

test('a server that takes too long', async (t) => {
  const bin = makeFolder(t);
  chmodSync(bin, 0o755);
  const [version = assert.fail('no PostgreSQL')] = readdirSync('/usr/lib/postgresql').toReversed();
  symlinkSync(`/usr/lib/postgresql/${version}/bin/initdb`, join(bin, 'initdb'));
  const slow = '#!/bin/sh\n[ "$1" = --version ] && echo "postgres (PostgreSQL) 15.999" || exec sleep 60\n';
  writeFileSync(join(bin, 'postgres'), slow, { mode: 0o755 });
  const { host } = makeHost(t, { environment: { PATH: `${bin}:${process.env['PATH']}` } });
  const { ready } = postgres();
  const slowOne = postgres({ version: '15.999.0', ready: { ...ready, timeoutMs: 200 } });
  const failure = mustFail(await host.acquire(asks([slowOne])), 'service/not-ready');
  assert.ok('timeoutMs' in failure && failure.timeoutMs === 200);
});

test('the end of the run stops what is starting', async (t) => {
  const { host, directory } = makeHost(t);
  mustFail(await host.acquire(asks([postgres(), redis()], { signal: AbortSignal.abort() })), 'service/start-failed');
  await host.dispose();
  assert.deepEqual(processesIn(registeredFolders(directory)), []);
});

test('a host that is disposed while it starts something leaves nothing', async (t) => {
  const { host, directory } = makeHost(t);
  const starting = host.acquire(asks([postgres(), redis()]));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await host.dispose();
  mustFail(await starting, 'service/start-failed');
  assert.deepEqual(processesIn(registeredFolders(directory)), []);
  assert.deepEqual(
    registeredFolders(directory).filter((folder) => existsSync(folder)),
    [],
  );
});

test('a state is used whole and unchanged, on its own engine, or not at all', async (t) => {
  const { host, folder } = makeHost(t);
  const good = join(folder, 'good.tar');
  const lease = must(await host.acquire(asks([redis()])));
  must(await lease.capture('cache', good));
  const bytes = readFileSync(good);
  const bad = join(folder, 'bad.tar');
  const use = async (content: Buffer) => {
    writeFileSync(bad, content);
    const failure = mustFail(
      await host.acquire(asks([{ service: redis(), state: stored(bad) }])),
      'service/state-unusable',
    );
    return 'detail' in failure ? failure.detail : '';
  };
  writeFileSync(bad, Buffer.concat([bytes, Buffer.alloc(512)]));
  const other = { ...stored(bad), sha256: stored(good).sha256 };
  mustFail(await host.acquire(asks([{ service: redis(), state: other }])), 'service/state-unusable');
  assert.match(await use(bytes.subarray(0, 1700)), /too early/);
  const header = (change: (text: string) => string): Buffer => {
    const changed = Buffer.from(bytes);
    changed.write(change(changed.toString('latin1', 512, 1024)), 512, 'latin1');
    return changed;
  };
  assert.match(await use(header((text) => text.replace('"version":1', '"version":2'))), /version 2/);
  assert.match(await use(header((text) => text.replace('"format":"7"', '"format":"6"'))), /data files are of 6/);
  assert.match(await use(header((text) => text.replace('"platform":"l', '"platform":"L'))), /was made on L/);
  assert.match(await use(header((text) => text.replace('"kind":"redis"', '"kind":"mysql"'))), /of mysql/);
  const rdb = Buffer.from(bytes);
  rdb.fill(0xee, bytes.indexOf('REDIS0'), bytes.indexOf('REDIS0') + 6);
  assert.match(await use(rdb), /does not start/);
  must(await host.acquire(asks([{ service: redis(), state: stored(good) }])));
});

test('strangers on the usual ports change nothing', async (t) => {
  for (const port of [5432, 3306, 6379]) {
    const stranger = createServer((socket) => socket.end('nobody you know\n'));
    // Somebody else may be there already: all the better.
    await new Promise((resolve) => stranger.once('error', resolve).listen(port, '127.0.0.1', () => resolve(undefined)));
    t.after(() => stranger.close());
  }
  const { host } = makeHost(t);
  const lease = must(await host.acquire(asks([postgres(), redis(), mysql({ env: { SQL_URL: 'url' } })])));
  assert.equal((await sql(setting(lease.environment, 'DATABASE_URL'), 'select 1 as one'))[0]?.['one'], 1);
  assert.equal((await mysqlRows(setting(lease.environment, 'SQL_URL'), 'select 1 as one'))[0]?.['one'], 1);
});
