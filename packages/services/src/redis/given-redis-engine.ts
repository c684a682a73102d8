import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceDefinition } from '@tr/model';
import type { Engine, EngineContext, EngineLease, EngineRequest, GivenEngine } from '../engine.js';
import { GivenLeases } from '../given/given-leases.js';
import { accountOf, readGivenUrl } from '../given/given-url.js';
import { waitUntilOpen, withoutWaiting } from '../given/wait-until-open.js';
import { OwnServerEngine } from '../own-server/own-server-engine.js';
import type { ServiceAddress } from '../ports.js';
import { ServiceError, toDetail } from '../service-error.js';
import { RedisConnection } from './redis-connection.js';
import { createRedisKind } from './redis-kind.js';

/** Decides who of those that wait gets the keyspace; it disappears when its owner is dead. */
const LOCK_KEY = 'tr:lease';
/** Whoever has a keyspace listens here, followed by its number: a task that empties it takes the lock, not this. */
const CHANNEL = 'tr:lease:';
/** Says that everything in the keyspace is ours: what is left with it belongs to a run that was killed. */
const MARK_KEY = 'tr:ours';
const DEFAULT_PORT = 6379;
const LOCK_MS = 15_000;
const RENEW_MS = 5000;
const LOOK_MS = 50;
/** What a server lets one see that is still starting. */
const STARTING = /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|LOADING/;

/**
 * A Redis server that runs already. One task at a time has its keyspace (the database of the address), which has to be
 * empty or ours, and is emptied afterwards. Workers need servers of our own, and so do states.
 */
export class GivenRedisEngine implements GivenEngine {
  readonly #context: EngineContext;
  readonly #leases = new GivenLeases<GivenRedisLease>();
  readonly #own: Engine;

  constructor(context: EngineContext) {
    this.#context = context;
    this.#own = new OwnServerEngine(context, createRedisKind(context));
  }

  async identify(service: ServiceDefinition, signal?: AbortSignal): Promise<string> {
    const connection = await this.#open(service, signal);
    try {
      const info = String(await connection.call('INFO', 'server'));
      const version = /^redis_version:(.*?)\r?$/m.exec(info)?.[1] ?? 'of an unknown version';
      const own = await this.#own.identify(service).catch(() => undefined);
      return `redis ${version}, given${own === undefined ? '' : `; ${own} for workers`}`;
    } finally {
      connection.close();
    }
  }

  async lease(request: EngineRequest): Promise<EngineLease> {
    const { service, state, workers = 0, signal } = request;
    if (workers > 0) return await this.#leaseOwn(request);
    if (state !== undefined) throw toUnsupported(service, 'states of a server that is given by its address');
    const connection = await this.#open(service, signal);
    const lease = new GivenRedisLease(service, toUrl(service, this.#context), connection);
    return await this.#leases.open(lease, { request, host: lease.host }, () => lease.open(signal));
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#own.dispose(), this.#leases.dispose()]);
  }

  /** Its lock is renewed by this process: a given server is nobody's to keep. */
  detach(): Promise<void> {
    return this.dispose();
  }

  /** The keyspace is the user's own from now on: without a mark no run touches it, and nothing is removed. */
  async keep(request: EngineRequest): Promise<ServiceAddress> {
    try {
      const lease = await this.lease(request);
      await lease.release();
    } catch (error) {
      if (!(error instanceof ServiceError) || error.failure.code !== 'service/foreign-database') throw error;
    }
    return toAddress(toUrl(request.service, this.#context));
  }

  async isThere(service: ServiceDefinition): Promise<boolean> {
    const connection = await this.#open(withoutWaiting(service), undefined);
    connection.close();
    return true;
  }

  removeKept(): Promise<void> {
    return Promise.resolve();
  }

  /** The task and its workers get servers of ours: databases of one server see each other's messages and FLUSHALL. */
  async #leaseOwn(request: EngineRequest): Promise<EngineLease> {
    try {
      return await this.#own.lease(request);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.failure.code !== 'service/not-found') throw error;
      const what =
        'workers on a server that is given by its address, which they would share, without a redis-server on this machine to start for each';
      throw toUnsupported(request.service, what, error);
    }
  }

  #open(service: ServiceDefinition, signal: AbortSignal | undefined): Promise<RedisConnection> {
    const url = toUrl(service, this.#context);
    return waitUntilOpen({
      service,
      host: url.host,
      signal,
      connect: () => connect(url),
      isStarting: (error) => STARTING.test(toDetail(error)),
    });
  }
}

class GivenRedisLease implements EngineLease {
  readonly service: ServiceDefinition;
  readonly workers: readonly ServiceAddress[] = [];
  readonly #url: URL;
  readonly #connection: RedisConnection;
  readonly #token = randomBytes(12).toString('hex');
  #presence: RedisConnection | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #isHeld = false;

  constructor(service: ServiceDefinition, url: URL, connection: RedisConnection) {
    this.service = service;
    this.#url = url;
    this.#connection = connection;
  }

  get host(): string {
    return this.#url.host;
  }

  get address(): ServiceAddress {
    return toAddress(this.#url);
  }

  /** Waits for whoever has the keyspace, empties what a killed run has left in it, refuses what is not ours. */
  async open(signal: AbortSignal): Promise<void> {
    while (!(await this.#tryLock())) {
      if (signal.aborted) throw new Error('the run ended while another one had the keyspace');
      await delay(LOOK_MS);
    }
    this.#isHeld = true;
    this.#presence = await connect(this.#url);
    await this.#presence.call('SUBSCRIBE', this.#channel);
    await this.#empty();
    this.#renewal = setInterval(() => void this.#hold().catch(() => undefined), RENEW_MS);
    this.#renewal.unref();
  }

  capture(): Promise<never> {
    return Promise.reject(toUnsupported(this.service, 'states of a server that is given by its address'));
  }

  async reset(): Promise<void> {
    await this.#empty();
  }

  async resetAll(): Promise<void> {
    await this.#empty();
  }

  async release(): Promise<void> {
    clearInterval(this.#renewal);
    try {
      if (this.#isHeld) await this.#connection.call('FLUSHDB');
    } catch {
      // What is left is marked as ours.
    }
    this.#isHeld = false;
    this.#presence?.close();
    this.#connection.close();
  }

  get #database(): string {
    return this.#url.pathname.slice(1) || '0';
  }

  get #channel(): string {
    return `${CHANNEL}${this.#database}`;
  }

  /** False = somebody has the keyspace. */
  async #tryLock(): Promise<boolean> {
    const [listeners, size, marks] = await this.#connection.transact(
      ['PUBSUB', 'NUMSUB', this.#channel],
      ['DBSIZE'],
      ['EXISTS', MARK_KEY, LOCK_KEY],
    );
    if (Array.isArray(listeners) && Number(listeners[1]) > 0) return false;
    if (Number(size) > 0 && marks === 0) {
      const { name: service } = this.service;
      throw new ServiceError({ code: 'service/foreign-database', service, database: this.#database });
    }
    return (await this.#connection.call('SET', LOCK_KEY, this.#token, 'NX', 'PX', String(LOCK_MS))) === 'OK';
  }

  async #empty(): Promise<void> {
    await this.#connection.transact(['FLUSHDB'], ...this.#holding);
  }

  async #hold(): Promise<void> {
    await this.#connection.transact(...this.#holding);
  }

  get #holding(): readonly (readonly string[])[] {
    return [
      ['SET', MARK_KEY, '1'],
      ['SET', LOCK_KEY, this.#token, 'PX', String(LOCK_MS)],
    ];
  }
}

function toUrl(service: ServiceDefinition, { options }: EngineContext): URL {
  return readGivenUrl(service, options.environment, ['redis']);
}

function toAddress(url: URL): ServiceAddress {
  const account = accountOf(url, DEFAULT_PORT);
  return { url: url.toString(), ...account, port: String(account.port) };
}

async function connect(url: URL): Promise<RedisConnection> {
  const { host, port, user, password } = accountOf(url, DEFAULT_PORT);
  const connection = await RedisConnection.connect({ host, port });
  try {
    if (password !== '') await connection.call('AUTH', ...(user === '' ? [] : [user]), password);
    if (url.pathname.length > 1) await connection.call('SELECT', url.pathname.slice(1));
    await connection.call('PING');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function toUnsupported({ name: service, kind }: ServiceDefinition, what: string, cause?: unknown): ServiceError {
  return new ServiceError({ code: 'service/unsupported', service, kind, what }, cause);
}
