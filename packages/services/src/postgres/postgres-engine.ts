import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@tr/hash';
import type { ServiceDefinition } from '@tr/model';
import type { Engine, EngineContext, EngineLease, EngineRequest } from '../engine.js';
import { isNoSpace } from '../place/is-no-space.js';
import type { Place, RemovableFolder } from '../place/places.js';
import { ServiceError, toDetail, toUnusable } from '../service-error.js';
import { readDatabase } from '../state/state-header.js';
import { StateError, unpackState } from '../state/unpack-state.js';
import {
  addAutoConfiguration,
  isWantedFile,
  makeEmptyCluster,
  toPostgresHeader,
  type ClusterOptions,
} from './cluster.js';
import { describeExtensions, lookUpControlFiles } from './extension-versions.js';
import { findPostgres, type PostgresPrograms } from './find-postgres.js';
import { EMPTY, PooledServer } from './pooled-server.js';
import { PostgresLease } from './postgres-lease.js';
import { prepareEngine, type PreparedEngine } from './prepare-engine.js';
import { PostgresServer } from './server.js';

/** Servers that wait for their next lease, at most. */
const MAX_IDLE = 2;
/** An empty cluster with its log, bytes; then one database. */
const CLUSTER_BYTES = 96 * 1024 * 1024;
const DATABASE_BYTES = 10 * 1024 * 1024;

/** PostgreSQL servers of a run: one for each lease at a time, used again by the next one. */
export class PostgresEngine implements Engine {
  readonly #context: EngineContext;
  readonly #idle: PooledServer[] = [];
  readonly #all = new Set<PooledServer>();
  readonly #prepared = new Map<string, PreparedEngine>();
  #isDisposed = false;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  async identify(service: ServiceDefinition): Promise<string> {
    const programs = await this.#find(service);
    if (service.extensions.length === 0) return programs.engine;
    const lookup = await lookUpControlFiles(programs, this.#context.memo);
    return programs.engine + (await describeExtensions(service.extensions, lookup));
  }

  async lease(request: EngineRequest): Promise<EngineLease> {
    const programs = await this.#find(request.service);
    const key = canonicalJson({ service: request.service, engine: programs.engine });
    try {
      return await this.#leaseIn(key, programs, { request, avoidMemory: false });
    } catch (error) {
      if (!(error instanceof MemoryFullError)) throw error;
      this.#context.places.reportFullMemory(request.service, error.message);
      return await this.#leaseIn(key, programs, { request, avoidMemory: true });
    }
  }

  async #leaseIn(key: string, programs: PostgresPrograms, start: StartRequest): Promise<EngineLease> {
    const { request, avoidMemory } = start;
    const idle = avoidMemory ? undefined : await this.#takeIdle(key, request);
    const pooled = idle ?? (await this.#start(key, programs, start));
    try {
      if (this.#isDisposed) throw new Error('the run ended');
      return await PostgresLease.open(pooled, request, (wasUsed) => this.#giveBack(wasUsed));
    } catch (error) {
      await this.#discard(pooled);
      throw explain(pooled.server, request.service, error);
    }
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await Promise.all([...this.#all].map((pooled) => this.#discard(pooled)));
  }

  async detach(): Promise<void> {
    await Promise.all([...this.#all].map(({ server }) => server.admin.close()));
  }

  #find(service: ServiceDefinition): Promise<PostgresPrograms> {
    const { options, memo } = this.#context;
    return findPostgres(service, { root: options.root, environment: options.environment, memo });
  }

  async #takeIdle(key: string, { state }: EngineRequest): Promise<PooledServer | undefined> {
    for (;;) {
      const at = this.#idle.findIndex((pooled) => pooled.key === key && pooled.canOffer(state?.sha256 ?? EMPTY));
      const [pooled] = at === -1 ? [] : this.#idle.splice(at, 1);
      if (pooled === undefined) return undefined;
      if (await pooled.isClean()) return pooled;
      await this.#discard(pooled);
    }
  }

  async #start(key: string, programs: PostgresPrograms, start: StartRequest): Promise<PooledServer> {
    const { request } = start;
    while (this.#idle.length > MAX_IDLE) {
      const [oldest] = this.#idle.splice(0, 1);
      if (oldest !== undefined) await this.#discard(oldest);
    }
    const { server, names } = await this.#startServer(programs, start);
    try {
      const pooled = await PooledServer.create(key, server, { request, names });
      this.#all.add(pooled);
      return pooled;
    } catch (error) {
      await server.kill();
      await server.place.remove();
      const failure = explain(server, request.service, error);
      if (request.state === undefined || failure instanceof MemoryFullError || isNoRoom(failure)) throw failure;
      throw toUnusable(request.service, toDetail(error), error);
    }
  }

  /** In memory when it fits; on disk when it turns out that it does not. */
  async #startServer(programs: PostgresPrograms, start: StartRequest): Promise<Started> {
    const { request } = start;
    for (const avoidMemory of start.avoidMemory ? [true] : [false, true]) {
      const place = this.#context.places.create({ service: request.service, bytes: estimate(request), avoidMemory });
      try {
        return await this.#startIn(place, programs, request);
      } catch (error) {
        await place.remove();
        if (!isNoSpace(error)) throw error;
        if (!place.isInMemory) {
          throw new ServiceError({ code: 'service/no-space', service: request.service.name, path: place.directory });
        }
        this.#context.places.reportFullMemory(request.service, place.directory);
      }
    }
    throw new ServiceError({
      code: 'service/no-space',
      service: request.service.name,
      path: this.#context.options.directory,
    });
  }

  async #startIn(place: Place, programs: PostgresPrograms, request: EngineRequest): Promise<Started> {
    const { service, state, signal } = request;
    const { options, account, register, newLogPath, places } = this.#context;
    const createFolder = (parent: string): RemovableFolder => places.createFolderIn(parent);
    const cluster = {
      service,
      engine: this.#prepare(programs),
      account,
      cache: join(options.directory, 'empty'),
      createFolder,
    };
    const database = state === undefined ? undefined : await restore(cluster, request, place);
    if (state === undefined) await makeEmptyCluster(cluster, place);
    addAutoConfiguration(place.data, account);
    try {
      const server = await PostgresServer.start({
        service,
        engine: cluster.engine,
        place,
        account,
        logPath: newLogPath(service.name),
        register,
        marker: this.#context.marker,
        signal,
      });
      return { server, names: database };
    } catch (error) {
      if (state === undefined || signal.aborted || !(error instanceof ServiceError)) throw error;
      const { failure } = error;
      const last = 'logTail' in failure ? failure.logTail.findLast((line) => /FATAL|PANIC/.test(line)) : undefined;
      throw toUnusable(service, `the server does not start on it${last === undefined ? '' : ` (${last})`}`, error);
    }
  }

  #prepare(programs: PostgresPrograms): PreparedEngine {
    const known = this.#prepared.get(programs.bin);
    if (known !== undefined) return known;
    const { account, places } = this.#context;
    const prepared = prepareEngine(programs, { account, makeFolder: () => places.createSharedFolder() });
    this.#prepared.set(programs.bin, prepared);
    return prepared;
  }

  async #giveBack(pooled: PooledServer): Promise<void> {
    if (this.#isDisposed) return await this.#discard(pooled);
    pooled.startCleaning();
    this.#idle.push(pooled);
  }

  async #discard(pooled: PooledServer): Promise<void> {
    if (!this.#all.delete(pooled)) return;
    const at = this.#idle.indexOf(pooled);
    if (at !== -1) this.#idle.splice(at, 1);
    await pooled.server.kill();
    await pooled.server.place.remove();
  }
}

interface StartRequest {
  readonly request: EngineRequest;
  /** Memory has just turned out to be too small. */
  readonly avoidMemory: boolean;
}

/** The message is where it was. */
class MemoryFullError extends Error {}

/** What was thrown while databases were made: no room for them, or whatever the server says. */
function explain(server: PostgresServer, { name: service }: ServiceDefinition, error: unknown): Error {
  const failure = error instanceof ServiceError ? error : server.toFailure(toDetail(error));
  if (!isNoSpace(failure)) return failure;
  const { directory: path, isInMemory } = server.place;
  return isInMemory ? new MemoryFullError(path) : new ServiceError({ code: 'service/no-space', service, path }, error);
}

function isNoRoom(error: Error): boolean {
  return error instanceof ServiceError && error.failure.code === 'service/no-space';
}

interface Started {
  readonly server: PostgresServer;
  /** Name that the service's database has in the state; undefined = the cluster is empty. */
  readonly names: string | undefined;
}

/** Unpacks the state; returns the name of its database. */
async function restore(cluster: ClusterOptions, { service, state }: EngineRequest, place: Place): Promise<string> {
  if (state === undefined) return '';
  try {
    const { path, sha256 } = state;
    const { account } = cluster;
    const header = await unpackState({
      path,
      sha256,
      expected: toPostgresHeader(cluster),
      directory: place.data,
      account,
      isStored: (file) => isWantedFile(file, undefined),
    });
    return readDatabase(header);
  } catch (error) {
    rmSync(place.data, { recursive: true, force: true });
    if (error instanceof StateError) throw toUnusable(service, error.message, error);
    throw error;
  }
}

/** The state's files, a clone for the task and one for each worker. */
function estimate({ state, workers }: EngineRequest): number {
  const clones = 1 + (workers ?? 0);
  const size = state === undefined ? undefined : statSync(state.path, { throwIfNoEntry: false })?.size;
  return CLUSTER_BYTES + (size === undefined ? clones * DATABASE_BYTES : size * (1 + clones));
}
