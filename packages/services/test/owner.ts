// A process of its own that has services: `once` uses them and ends, `wait` says so and is to be killed.
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Result, ServiceDefinition, ServiceFailure, Sha256 } from '@tr/model';
import { createServiceHost, type ServiceHost } from '../src/index.js';
import { mysqlRows, sql } from './sql.js';

interface OwnerRequest {
  readonly folder: string;
  readonly root: string;
  readonly mode: 'once' | 'wait';
  readonly services: readonly ServiceDefinition[];
  /** 1 unless told. */
  readonly workers?: number;
  /** Where the state is wanted, below the folder; `state.tar` unless told. */
  readonly state?: string;
}

const {
  folder,
  root,
  mode,
  services,
  workers = 1,
  state = 'state.tar',
} = JSON.parse(process.argv[2] ?? '') as OwnerRequest;
const warnings: ServiceFailure[] = [];
const makeHost = () =>
  createServiceHost({
    root,
    directory: join(folder, '.tr', 'services'),
    environment: { PATH: process.env['PATH'] ?? '' },
    marker: { name: 'TR_TASK_RUN', value: 'owner.1;' },
    now: Date.now,
    warn: (failure) => warnings.push(failure),
  });

function must<T>(result: Result<T, ServiceFailure>): T {
  if (result.ok) return result.value;
  process.stdout.write(`${JSON.stringify({ failure: result.failure, warnings })}\n`);
  process.exit(3);
}

async function acquire(host: ServiceHost, state: { readonly path: string; readonly sha256: Sha256 } | undefined) {
  const signal = new AbortController().signal;
  const [first, ...others] = services.map((service) => ({ service, state: undefined }));
  const wanted = first === undefined ? [] : [{ ...first, state }, ...others];
  return must(await host.acquire({ task: 'owner', services: wanted, workers, signal }));
}

const host = makeHost();
const lease = await acquire(host, undefined);
if (mode === 'wait') {
  process.stdout.write(`${'waiting'}\n`);
  setInterval(() => undefined, 1000);
} else {
  const isPostgres = services[0]?.kind === 'postgres';
  const query = isPostgres ? sql : mysqlRows;
  await query(
    lease.environment['DATABASE_URL'] ?? '',
    "create table kept (name varchar(9)); insert into kept values ('one')",
  );
  const first = services[0]?.name ?? '';
  const { path, isElsewhere } = must(await lease.capture(first, join(folder, state)));
  await lease.release();
  // What lies elsewhere does so for as long as its run lasts.
  if (!isElsewhere) await host.dispose();
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex') as Sha256;
  const next = isElsewhere ? host : makeHost();
  const again = await acquire(next, { path, sha256 });
  const rows = await query(
    again.environment[`DATABASE_URL_${workers - 1}`] ?? '',
    `select name, ${isPostgres ? "current_setting('data_directory')" : '@@datadir'} as data from kept`,
  );
  await again.release();
  await next.dispose();
  process.stdout.write(
    `${JSON.stringify({ rows, warnings, isElsewhere, isLeft: existsSync(path), uid: process.getuid?.() })}\n`,
  );
}
