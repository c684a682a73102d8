// Prints how long services take against their bars: a stored database restored by a cold run, cloned on a warm server,
// cloned for four workers; four Redis servers; four MariaDB servers.
//   node bench/databases.mjs [repetitions] [redis|mariadb|small|large]        after `npm run build`; needs PostgreSQL, Redis and MariaDB
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { parseConfigFile, resolveRootConfig } from '../packages/config/dist/src/index.js';
import { createServiceHost } from '../packages/services/dist/src/index.js';

const require = createRequire(new URL('../packages/services/package.json', import.meta.url));
const pg = require('pg');
const repetitions = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'tr-bench-databases-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** As a configuration would have them. */
const CONFIGURATION = JSON.stringify({
  services: { postgres: { type: 'postgres' }, mariadb: { type: 'mariadb' }, redis: { type: 'redis' } },
  tasks: {},
});
const parsed = parseConfigFile(CONFIGURATION, { path: 'turbo-like.config.json', kind: 'own', place: 'root' });
const { services } = resolveRootConfig(parsed.config);
const signal = new AbortController().signal;
const newHost = () =>
  createServiceHost({
    root: new URL('..', import.meta.url).pathname,
    directory: join(folder, 'services'),
    environment: { PATH: process.env.PATH },
    marker: { name: 'TR_TASK_RUN', value: `bench-databases-${process.pid};` },
    now: Date.now,
    warn: (failure) => console.log('warning:', JSON.stringify(failure)),
  });
const must = (result) => {
  if (!result.ok) throw new Error(JSON.stringify(result.failure, null, 2));
  return result.value;
};
const acquire = async (host, kind, state, workers) =>
  must(await host.acquire({ task: 'bench', services: [{ service: services.get(kind), state }], workers, signal }));

/** Tables with an index and a foreign key each, `rows` in all. */
const SIZES = {
  small: { tables: 100, rows: 2_000 },
  large: { tables: 300, rows: 1_000_000 },
};

async function buildPostgres(url, { tables, rows }) {
  const client = new pg.Client(url);
  await client.connect();
  const each = Math.ceil(rows / tables);
  for (let n = 0; n < tables; n += 1) {
    const before = n === 0 ? '' : `references t${n - 1} (id)`;
    await client.query(`
      create table t${n} (id bigserial primary key, name varchar(100) not null, body text, at timestamptz default now(),
        before_id bigint ${before});
      create index on t${n} (name); create index on t${n} (before_id);
      insert into t${n} (name, body, before_id) select 'name ' || i, repeat(md5(i::text), 4), ${n === 0 ? 'null' : 'i'}
        from generate_series(1, ${each}) i;`);
  }
  await client.query('analyze');
  await client.end();
}

async function firstQuery(url) {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('select count(*) from t1');
  await client.end();
}

const rows = [];
async function measure(name, bar, once) {
  const times = [];
  for (let n = 0; n < repetitions; n += 1) times.push(await once());
  times.sort((a, b) => a - b);
  const [min, median] = [times[0], times[Math.floor(times.length / 2)]];
  rows.push({
    what: name,
    'min ms': Math.round(min),
    'median ms': Math.round(median),
    'bar ms': bar ?? '',
    held: bar === undefined ? '' : min <= bar ? 'yes' : 'NO',
  });
  console.log(`${name}: ${Math.round(min)} / ${Math.round(median)} ms${bar === undefined ? '' : `, bar ${bar}`}`);
}
async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function benchPostgres(size, bars) {
  const path = join(folder, `${size}.tar`);
  const builder = newHost();
  const lease = await acquire(builder, 'postgres', undefined);
  console.log(
    `postgres ${size}: building took ${Math.round(await timed(() => buildPostgres(lease.environment.DATABASE_URL, SIZES[size])))} ms`,
  );
  let captured;
  const captureTime = await timed(async () => (captured = must(await lease.capture('postgres', path))));
  console.log(`postgres ${size}: capture ${Math.round(captureTime)} ms, ${(captured.size / 1e6).toFixed(0)} MB`);
  await builder.dispose();
  const state = { path, sha256: captured.sha256 };

  await measure(`postgres ${size}: cold server from a stored state, first query`, bars.cold, async () => {
    const host = newHost();
    const time = await timed(async () => {
      const cold = await acquire(host, 'postgres', state);
      await firstQuery(cold.environment.DATABASE_URL);
    });
    await host.dispose();
    return time;
  });
  const host = newHost();
  await (await acquire(host, 'postgres', state)).release();
  await settle();
  await measure(`postgres ${size}: warm server, one clone, first query`, bars.warm, async () => {
    let warm;
    const time = await timed(async () => {
      warm = await acquire(host, 'postgres', state);
      await firstQuery(warm.environment.DATABASE_URL);
    });
    await warm.release();
    await settle();
    return time;
  });
  await measure(`postgres ${size}: warm server, the task's clone and four workers'`, bars.workers, async () => {
    let warm;
    const time = await timed(async () => (warm = await acquire(host, 'postgres', state, 4)));
    await warm.release();
    await settle();
    return time;
  });
  const resetting = await acquire(host, 'postgres', state, 4);
  await measure(`postgres ${size}: reset of everything (five clones)`, undefined, () =>
    timed(async () => must(await resetting.reset())),
  );
  await host.dispose();
}

/** Cleaning of a given-back server goes on behind a run's back; it is not part of the next number. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 500));

async function benchFresh(kind, workers, bar) {
  await measure(`${kind}: one and ${workers} servers for workers, empty`, bar, async () => {
    const host = newHost();
    const time = await timed(() => acquire(host, kind, undefined, workers));
    await host.dispose();
    return time;
  });
}

mkdirSync(join(folder, 'services'), { recursive: true });
const only = process.argv[3];
if (only === undefined || only === 'redis') await benchFresh('redis', 4, 200);
if (only === undefined || only === 'mariadb') {
  const host = newHost();
  await acquire(host, 'mariadb', undefined);
  await host.dispose();
  await benchFresh('mariadb', 4, 1000);
}
if (only === undefined || only === 'small') await benchPostgres('small', { cold: 500, warm: 150, workers: 200 });
if (only === undefined || only === 'large') await benchPostgres('large', { cold: 2000, workers: 1500 });
console.table(rows);
