import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfigFile, resolveRootConfig } from '@tr/config';
import type { Result, ServiceDefinition, ServiceFailure } from '@tr/model';
import { createServiceHost, type ServiceHost, type ServiceLease, type StoredState } from '@tr/services';

/** As a configuration would have them. */
const CONFIGURATION = JSON.stringify({
  services: {
    db: { type: 'postgres', database: 'app_test', workerDatabase: '{database}-{i}' },
    redis: { type: 'redis' },
  },
  tasks: {},
});
const SERVICES = readServices(CONFIGURATION);

type Body<T> = (environment: Readonly<Record<string, string>>) => Promise<T>;

/** Named states of a PostgreSQL database, and tasks that start from them: what a run does, without a run. */
export class ServiceStates {
  readonly #folder: string;
  readonly #host: ServiceHost;
  readonly #states = new Map<string, StoredState>();

  /** `root` is a folder that every user may enter; {@link dispose} stops all servers. */
  constructor(root: string) {
    this.#folder = join(root, 'states');
    mkdirSync(this.#folder);
    this.#host = createServiceHost({
      root,
      directory: join(root, '.tr', 'services'),
      environment: { PATH: process.env['PATH'] ?? '' },
      marker: { name: 'TR_TASK_RUN', value: `${randomBytes(9).toString('hex')}.1;` },
      now: Date.now,
      warn: (failure) => assert.fail(JSON.stringify(failure)),
    });
  }

  /** Runs `body` on an empty database, or on a state, and keeps what it leaves as `name`. */
  async make<T>(name: string, { from }: { readonly from?: string }, body: Body<T>): Promise<T> {
    return this.#leased({ state: from, workers: undefined }, async (lease) => {
      const result = await body(lease.environment);
      const path = join(this.#folder, name);
      const { sha256 } = must(await lease.capture('db', path));
      this.#states.set(name, { path, sha256 });
      return result;
    });
  }

  /** Runs `body` on a state, with so many workers. */
  async use<T>(state: string, workers: number | undefined, body: Body<T>): Promise<T> {
    return this.#leased({ state, workers }, (lease) => body(lease.environment));
  }

  dispose(): Promise<void> {
    return this.#host.dispose();
  }

  async #leased<T>(
    { state, workers }: { readonly state: string | undefined; readonly workers: number | undefined },
    body: (lease: ServiceLease) => Promise<T>,
  ): Promise<T> {
    const lease = must(
      await this.#host.acquire({
        task: 'app#test',
        services: [
          { service: serviceOf('db'), state: state === undefined ? undefined : this.#state(state) },
          { service: serviceOf('redis'), state: undefined },
        ],
        workers,
        signal: new AbortController().signal,
      }),
    );
    try {
      return await body(lease);
    } finally {
      await lease.release();
    }
  }

  #state(name: string): StoredState {
    const state = this.#states.get(name);
    assert.ok(state !== undefined, `no state ${name}`);
    return state;
  }
}

function readServices(text: string): ReadonlyMap<string, ServiceDefinition> {
  const file = { path: 'turbo-like.config.json', kind: 'own', place: 'root' } as const;
  const { config, diagnostics } = parseConfigFile(text, file);
  assert.ok(config !== undefined, JSON.stringify(diagnostics));
  return resolveRootConfig(config).services;
}

function serviceOf(name: string): ServiceDefinition {
  const service = SERVICES.get(name);
  assert.ok(service !== undefined, `no service ${name}`);
  return service;
}

function must<T>(result: Result<T, ServiceFailure>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}
