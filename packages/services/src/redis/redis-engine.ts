import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceDefinition } from '@tr/model';
import type { Engine, EngineContext, EngineLease, EngineRequest } from '../engine.js';
import { isNoSpace, type Place } from '../place/places.js';
import type { CapturedState, ServiceAddress } from '../ports.js';
import { ServiceError, toDetail } from '../service-error.js';
import { packState } from '../state/pack-state.js';
import { platformName, STATE_VERSION, type StateHeader } from '../state/state-header.js';
import { StateError, unpackState } from '../state/unpack-state.js';
import { findRedis, type RedisProgram } from './find-redis.js';
import { RDB_NAME, RedisServer } from './redis-server.js';

/** An empty server's data, bytes; a state comes on top. */
const DATA_BYTES = 32 * 1024 * 1024;
const SESSION_GRACE_MS = 2000;
const LOOK_MS = 5;

/** Redis servers: one for the task and one for each worker, as nothing smaller isolates. */
export class RedisEngine implements Engine {
  readonly #context: EngineContext;
  readonly #servers = new Set<RedisServer>();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  async identify(service: ServiceDefinition): Promise<string> {
    return (await this.#find(service)).engine;
  }

  async lease(request: EngineRequest): Promise<EngineLease> {
    const program = await this.#find(request.service);
    const count = 1 + (request.workers ?? 0);
    const settled = await Promise.allSettled(Array.from({ length: count }, () => this.#start(program, request)));
    const servers = settled.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed === undefined)
      return new RedisLease(request.service, program, { servers, end: (server) => this.#end(server) });
    await Promise.all(servers.map((server) => this.#end(server)));
    throw failed.reason;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#servers].map((server) => this.#end(server)));
  }

  #find(service: ServiceDefinition): Promise<RedisProgram> {
    return findRedis(service, { environment: this.#context.options.environment, memo: this.#context.memo });
  }

  async #end(server: RedisServer): Promise<void> {
    if (this.#servers.delete(server)) await server.destroy();
  }

  async #start(program: RedisProgram, request: EngineRequest): Promise<RedisServer> {
    const { service, state, signal } = request;
    const bytes =
      DATA_BYTES + 3 * (state === undefined ? 0 : (statSync(state.path, { throwIfNoEntry: false })?.size ?? 0));
    for (const avoidMemory of [false, true]) {
      const place = this.#context.places.create({ service, bytes, avoidMemory });
      try {
        if (state !== undefined) await this.#restore(program, request, place);
        const hasState = state !== undefined;
        const server = await RedisServer.start({ service, program, place, context: this.#context, signal, hasState });
        this.#servers.add(server);
        return server;
      } catch (error) {
        await place.remove();
        if (!isNoSpace(error)) throw state === undefined || signal.aborted ? error : asUnusable(service, error);
        if (place.isInMemory) this.#context.places.reportFullMemory(service, place.directory);
      }
    }
    throw new ServiceError({ code: 'service/no-space', service: service.name, path: this.#context.options.directory });
  }

  async #restore(program: RedisProgram, { service, state }: EngineRequest, place: Place): Promise<void> {
    if (state === undefined) return;
    const { account } = this.#context;
    const { path, sha256 } = state;
    try {
      await unpackState({ path, sha256, expected: toHeader(program), directory: place.data, account });
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      throw new ServiceError({ code: 'service/state-unusable', service: service.name, detail: error.message }, error);
    }
  }
}

/** A server that does not come up on a state says nothing about servers. */
function asUnusable(service: ServiceDefinition, error: unknown): unknown {
  if (!(error instanceof ServiceError) || error.failure.code !== 'service/start-failed') return error;
  const detail = 'the server does not start on it';
  return new ServiceError({ code: 'service/state-unusable', service: service.name, detail }, error);
}

function toHeader({ major }: RedisProgram): StateHeader {
  return { version: STATE_VERSION, kind: 'redis', format: String(major), platform: platformName(), database: '' };
}

interface RedisLeaseParts {
  /** The task's own first. */
  readonly servers: readonly RedisServer[];
  readonly end: (server: RedisServer) => Promise<void>;
}

/** The Redis servers of one task. */
class RedisLease implements EngineLease {
  readonly service: ServiceDefinition;
  readonly #program: RedisProgram;
  readonly #parts: RedisLeaseParts;

  constructor(service: ServiceDefinition, program: RedisProgram, parts: RedisLeaseParts) {
    this.service = service;
    this.#program = program;
    this.#parts = parts;
  }

  get address(): ServiceAddress {
    const [own] = this.#parts.servers;
    return own === undefined ? {} : toAddress(own);
  }

  get workers(): readonly ServiceAddress[] {
    return this.#parts.servers.slice(1).map(toAddress);
  }

  async capture(path: string): Promise<CapturedState> {
    const [server] = this.#parts.servers;
    try {
      if (server?.isRunning() !== true) throw new Error('the server has ended');
      await save(server);
      return await packState({
        header: toHeader(this.#program),
        directory: server.place.data,
        isWanted: (file) => file === RDB_NAME,
        target: path,
      });
    } catch (error) {
      const { name: service } = this.service;
      throw new ServiceError({ code: 'service/capture-failed', service, detail: toDetail(error) }, error);
    }
  }

  async reset(worker: number | undefined): Promise<void> {
    await this.#parts.servers[worker === undefined ? 0 : worker + 1]?.restart();
  }

  async resetAll(): Promise<void> {
    await Promise.all(this.#parts.servers.map((server) => server.restart()));
  }

  async release(): Promise<void> {
    await Promise.all(this.#parts.servers.map((server) => this.#parts.end(server)));
  }
}

/** Writes its file while nobody but us is connected. */
async function save(server: RedisServer): Promise<void> {
  const connection = await server.connect();
  try {
    for (let waited = 0; ; waited += LOOK_MS) {
      const clients = String(await connection.call('CLIENT', 'LIST'))
        .trim()
        .split('\n').length;
      if (clients === 1) break;
      if (waited >= SESSION_GRACE_MS) throw new Error('somebody is still connected');
      await delay(LOOK_MS);
    }
    await connection.call('SAVE');
  } finally {
    connection.close();
  }
}

function toAddress({ port, password, socket }: RedisServer): ServiceAddress {
  const url = `redis://default:${password}@127.0.0.1:${port}/0`;
  return { url, host: '127.0.0.1', port: String(port), password, socket };
}
