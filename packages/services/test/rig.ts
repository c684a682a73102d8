import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Result, ServiceDefinition, ServiceFailure, Sha256 } from '@tr/model';
import { createServiceHost } from '../src/index.js';
import type { LeaseRequest, ServiceHost, ServiceHostOptions, ServiceRequest, StoredState } from '../src/index.js';

/** A folder that every user may enter; removed after the test. */
export function makeFolder(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tr-services-test-')));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A host of services, disposed after the test, and what it has warned of. */
export interface TestHost {
  readonly host: ServiceHost;
  readonly folder: string;
  readonly directory: string;
  readonly warnings: ServiceFailure[];
}

export function makeHost(
  t: TestContext,
  options: Partial<ServiceHostOptions> & { readonly folder?: string } = {},
): TestHost {
  const { folder = makeFolder(t), ...rest } = options;
  const directory = rest.directory ?? join(folder, '.tr', 'services');
  const warnings: ServiceFailure[] = [];
  const host = createServiceHost({
    root: folder,
    directory,
    environment: { PATH: process.env['PATH'] ?? '' },
    marker: { name: 'TR_TASK_RUN', value: `${randomBytes(9).toString('hex')}.1;` },
    now: Date.now,
    warn: (failure) => warnings.push(failure),
    ...rest,
  });
  t.after(() => host.dispose());
  return { host, folder, directory, warnings };
}

const DEFAULTS: Omit<ServiceDefinition, 'name' | 'kind'> = {
  version: undefined,
  url: undefined,
  command: undefined,
  database: 'app',
  workerDatabase: '{database}_{n}',
  scheme: undefined,
  extensions: [],
  locale: undefined,
  settings: {},
  env: undefined,
  storage: 'auto',
  ready: {
    tcp: true,
    http: undefined,
    log: undefined,
    exec: undefined,
    startPeriodMs: 10_000,
    intervalMs: 100,
    timeoutMs: 60_000,
  },
};

export function postgres(changes: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return { ...DEFAULTS, name: 'db', kind: 'postgres', ...changes };
}

export function redis(changes: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return { ...DEFAULTS, name: 'cache', kind: 'redis', ...changes };
}

export function mysql(changes: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return { ...DEFAULTS, name: 'sql', kind: 'mysql', ...changes };
}

/** A request of a task; services without a state stand for themselves. */
export function asks(
  services: readonly (ServiceDefinition | ServiceRequest)[],
  changes: Partial<LeaseRequest> = {},
): LeaseRequest {
  return {
    task: 'app#test',
    services: services.map((each) => ('service' in each ? each : { service: each, state: undefined })),
    workers: undefined,
    signal: new AbortController().signal,
    ...changes,
  };
}

export function must<T>(result: Result<T, ServiceFailure>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

/** Asserts that something has not come about after a while: somebody else has what it waits for. */
export async function mustWait(pending: Promise<unknown>): Promise<void> {
  const early = await Promise.race([pending, new Promise((resolve) => setTimeout(() => resolve('waits'), 300))]);
  assert.equal(early, 'waits');
}

/** The failure, which has to have this code. */
export function mustFail(result: Result<unknown, ServiceFailure>, code: ServiceFailure['code']): ServiceFailure {
  assert.ok(!result.ok, `expected ${code}`);
  assert.equal(result.failure.code, code, JSON.stringify(result.failure));
  return result.failure;
}

export function stored(path: string): StoredState {
  return { path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') as Sha256 };
}

/** The address that a setting holds. */
export function setting(environment: Readonly<Record<string, string>>, name: string): string {
  const value = environment[name];
  assert.ok(value !== undefined, `${name} is not set: ${Object.keys(environment).join(' ')}`);
  return value;
}

/** Processes whose working directory is below one of the folders. */
export function processesIn(folders: readonly string[]): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const cwd = readlinkSync(`/proc/${name}/cwd`);
      return folders.some((folder) => cwd.startsWith(folder)) ? Number(name) : [];
    } catch {
      return [];
    }
  });
}

/** The folders that hosts have registered and not removed. */
export function registeredFolders(directory: string): readonly string[] {
  const runs = join(directory, 'runs');
  mkdirSync(runs, { recursive: true });
  return readdirSync(runs).flatMap((name) =>
    readFileSync(join(runs, name), 'utf8')
      .split('\n')
      .flatMap((line) => /"directory":"([^"]+)"/.exec(line)?.[1] ?? []),
  );
}
