import { randomBytes } from 'node:crypto';
import { chownSync, closeSync, copyFileSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceDefinition } from '@tr/model';
import type { EngineContext } from '../engine.js';
import { findFreePort } from '../place/free-port.js';
import type { Place } from '../place/places.js';
import { identifyProcess } from '../place/process-identity.js';
import { startServer, type ServerProcess } from '../process.js';
import { ServiceError, toDetail } from '../service-error.js';
import { readLogTail } from '../service-log.js';
import { toRedisConfiguration } from './configuration.js';
import type { RedisProgram } from './find-redis.js';
import { RedisConnection } from './redis-connection.js';

/** The file that a Redis server reads when it starts and writes on SAVE. */
export const RDB_NAME = 'dump.rdb';
/** The state as it was, in the place of a server. */
const KEPT_RDB = 'state.rdb';
const LOOK_MS = 2;
const PORT_TRIES = 5;
const STOP_GRACE_MS = 5000;
const IN_USE = /Address already in use|Failed listening on port/;

/** What a server is started with. */
export interface RedisServerOptions {
  readonly service: ServiceDefinition;
  readonly program: RedisProgram;
  readonly place: Place;
  readonly context: EngineContext;
  readonly signal: AbortSignal;
  /** Its data directory is there and holds a state. */
  readonly hasState: boolean;
}

/** A running Redis server of ours. */
export class RedisServer {
  readonly password = randomBytes(18).toString('base64url');
  readonly #options: RedisServerOptions;
  readonly #logPath: string;
  #port = 0;
  #process: ServerProcess | undefined;

  private constructor(options: RedisServerOptions) {
    this.#options = options;
    this.#logPath = options.context.newLogPath(options.service.name);
  }

  /** Starts it on a free port; resolves when it answers. Its data directory may be there, with a state. */
  static async start(options: RedisServerOptions): Promise<RedisServer> {
    const { place, context, hasState } = options;
    if (hasState) copyFileSync(join(place.data, RDB_NAME), join(place.directory, KEPT_RDB));
    else mkdirSync(place.data, { mode: 0o700 });
    if (context.account !== undefined) chownSync(place.data, context.account.uid, context.account.gid);
    const server = new RedisServer(options);
    for (let tried = 1; ; tried += 1) {
      server.#port = await findFreePort();
      try {
        await server.#launch();
        return server;
      } catch (error) {
        const isTaken = readLogTail(server.#logPath).some((line) => IN_USE.test(line));
        if (!(error instanceof ServiceError) || tried === PORT_TRIES || !isTaken) throw error;
        rmSync(server.#logPath, { force: true });
      }
    }
  }

  get port(): number {
    return this.#port;
  }

  get socket(): string {
    return join(this.#options.place.sockets, 'redis.sock');
  }

  get place(): Place {
    return this.#options.place;
  }

  isRunning(): boolean {
    return this.#process?.hasEnded() === false;
  }

  /** A connection of ours, by its socket. */
  async connect(): Promise<RedisConnection> {
    const connection = await RedisConnection.connect({ path: this.socket });
    await connection.call('AUTH', this.password);
    return connection;
  }

  /** Ends it and starts it again with what it had in the beginning, on the same port. */
  async restart(): Promise<void> {
    await this.#end();
    const { place, hasState, context } = this.#options;
    rmSync(place.data, { recursive: true, force: true });
    mkdirSync(place.data, { mode: 0o700 });
    if (hasState) {
      copyFileSync(join(place.directory, KEPT_RDB), join(place.data, RDB_NAME));
      if (context.account !== undefined)
        chownSync(join(place.data, RDB_NAME), context.account.uid, context.account.gid);
    }
    if (context.account !== undefined) chownSync(place.data, context.account.uid, context.account.gid);
    await this.#launch();
  }

  /** Ends it at once and removes its folders. */
  async destroy(): Promise<void> {
    await this.#end();
    await this.place.remove();
  }

  async #end(): Promise<void> {
    await this.#process?.stop('SIGKILL', STOP_GRACE_MS);
  }

  async #launch(): Promise<void> {
    const { service, program, place, context, signal } = this.#options;
    const { marker } = context.options;
    rmSync(this.socket, { force: true });
    this.#configure();
    const log = openSync(this.#logPath, 'a', 0o600);
    let refused: string | undefined;
    const started = startServer(
      {
        file: program.file,
        args: [join(place.directory, 'redis.conf')],
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...(marker === undefined ? {} : { [marker.name]: marker.value }) },
        cwd: place.directory,
        account: context.account,
      },
      log,
      (detail) => (refused = detail),
    );
    closeSync(log);
    if (started === undefined) throw this.#toStartFailure(refused ?? 'the system refused to start it');
    this.#process = started;
    const identity = await identifyProcess(started.pid);
    if (identity !== undefined) context.register.add({ server: identity });
    const deadline = performance.now() + service.ready.timeoutMs;
    while (!(await this.#answers(started.pid))) {
      if (started.hasEnded()) throw this.#toStartFailure(`it ${await started.ended}`);
      if (signal.aborted || performance.now() > deadline) {
        await this.#end();
        throw signal.aborted ? this.#toStartFailure('the run ended') : this.#toNotReady();
      }
      await delay(LOOK_MS);
    }
  }

  /** In a file that only the server can read: it holds the password. */
  #configure(): void {
    const { service, program, place, context } = this.#options;
    const path = join(place.directory, 'redis.conf');
    const { data } = place;
    const { major } = program;
    rmSync(path, { force: true });
    const text = toRedisConfiguration(service, {
      port: this.#port,
      socket: this.socket,
      data,
      password: this.password,
      major,
    });
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
    if (context.account !== undefined) chownSync(path, context.account.uid, context.account.gid);
  }

  /** PING is refused while it loads its data. The process id tells that it is ours. */
  async #answers(pid: number): Promise<boolean> {
    let connection: RedisConnection;
    try {
      connection = await this.connect();
    } catch {
      return false;
    }
    try {
      await connection.call('PING');
      const info = await connection.call('INFO', 'server');
      return String(info).includes(`process_id:${pid}\r\n`);
    } catch {
      return false;
    } finally {
      connection.close();
    }
  }

  #toStartFailure(detail: string): ServiceError {
    const { service } = this.#options;
    const logPath = this.#logPath;
    return new ServiceError({
      code: 'service/start-failed',
      service: service.name,
      detail: toDetail(detail),
      logPath,
      logTail: readLogTail(logPath),
    });
  }

  #toNotReady(): ServiceError {
    const { service } = this.#options;
    const { timeoutMs } = service.ready;
    const logPath = this.#logPath;
    return new ServiceError({
      code: 'service/not-ready',
      service: service.name,
      check: 'it does not answer PING',
      timeoutMs,
      logPath,
      logTail: readLogTail(logPath),
    });
  }
}
