import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceDefinition, ServiceFailure } from '@tr/model';
import { findFreePort } from '../place/free-port.js';
import type { Place } from '../place/places.js';
import { identifyProcess } from '../place/process-identity.js';
import type { Register } from '../place/register.js';
import { startServer, type Account, type ServerProcess } from '../process.js';
import { ServiceError, toDetail } from '../service-error.js';
import { readLogTail } from '../service-log.js';
import { PostgresAdmin, quoteText } from './admin.js';
import { ACCESS_RULES, toConfiguration } from './configuration.js';
import { Databases } from './databases.js';
import type { PreparedEngine } from './prepare-engine.js';

/** The role that tasks connect as, and we: it may do everything in a server that is its own. */
export const POSTGRES_USER = 'postgres';
const LOOK_MS = 3;
/** Times another port is tried when somebody was quicker. */
const PORT_TRIES = 5;
const STOP_GRACE_MS = 10_000;
/** What the next lease of a server needs. */
const IN_USE = /Address already in use|could not create any TCP\/IP sockets/;

/** What a server is started with. */
export interface PostgresServerOptions {
  readonly service: ServiceDefinition;
  readonly engine: PreparedEngine;
  /** Its data directory is there. */
  readonly place: Place;
  readonly account: Account | undefined;
  readonly logPath: string;
  readonly register: Register;
  readonly marker: { readonly name: string; readonly value: string } | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A running PostgreSQL server of ours. */
export class PostgresServer {
  readonly databases: Databases;
  readonly #options: PostgresServerOptions;
  readonly #admin: PostgresAdmin;
  #process: ServerProcess;
  #password = '';

  private constructor(
    options: PostgresServerOptions,
    process: ServerProcess,
    readonly port: number,
  ) {
    this.#options = options;
    this.#process = process;
    const { sockets } = options.place;
    // By its socket, in a folder that nobody else can write to.
    this.#admin = new PostgresAdmin((database) => ({
      host: sockets,
      port,
      user: POSTGRES_USER,
      database,
      application_name: 'tr',
    }));
    this.databases = new Databases(this.#admin, options.engine.programs.major);
  }

  /** Starts it on a free port; resolves when it answers. */
  static async start(options: PostgresServerOptions): Promise<PostgresServer> {
    for (let tried = 1; ; tried += 1) {
      const port = await findFreePort();
      try {
        const server = new PostgresServer(options, await launch(options, port), port);
        await server.#verify();
        return server;
      } catch (error) {
        if (!(error instanceof ServiceError) || tried === PORT_TRIES || !isPortTaken(error.failure)) throw error;
      }
    }
  }

  get place(): Place {
    return this.#options.place;
  }

  get password(): string {
    return this.#password;
  }

  get admin(): PostgresAdmin {
    return this.#admin;
  }

  get major(): number {
    return this.#options.engine.programs.major;
  }

  /** A failure of this server, with the end of its log. */
  toFailure(detail: string): ServiceError {
    return toStartFailure(this.#options, detail);
  }

  isRunning(): boolean {
    return !this.#process.hasEnded();
  }

  /** A new password: whoever had the old one cannot connect any more. */
  async changePassword(): Promise<void> {
    this.#password = randomBytes(18).toString('base64url');
    await this.#admin.query(`alter role ${POSTGRES_USER} password ${quoteText(this.#password)}`);
  }

  /** Stops it with everything written to its files, lets `work` read them, and starts it again on the same port. */
  async whileStopped(work: () => Promise<void>): Promise<void> {
    await this.#admin.close();
    await this.#process.stop('SIGINT', STOP_GRACE_MS);
    if ((await this.#process.ended) !== 'ended with exit code 0') {
      throw new Error(`the server ${await this.#process.ended} instead of stopping`);
    }
    await work();
    // The run may have ended meanwhile: what is stopped cannot be started again then, and need not be.
    this.#process = await launch(this.#options, this.port);
    await this.#verify();
  }

  /** Ends it at once; what it has not written is lost. */
  async kill(): Promise<void> {
    await this.#admin.close();
    await this.#process.stop('SIGQUIT', STOP_GRACE_MS);
  }

  /** The socket is in a folder of ours, and yet: whoever answers must have our data directory. */
  async #verify(): Promise<void> {
    try {
      const [row] = await this.#admin.query('show data_directory');
      if (row?.['data_directory'] !== this.#options.place.data) throw new Error('another server answers');
    } catch (error) {
      await this.kill();
      throw toStartFailure(this.#options, toDetail(error));
    }
  }
}

/** Resolves when the server says in its `postmaster.pid` that it takes connections. */
async function launch(options: PostgresServerOptions, port: number): Promise<ServerProcess> {
  const { place, engine, account, service, signal } = options;
  const files = { config: join(place.directory, 'postgresql.conf'), access: join(place.directory, 'pg_hba.conf') };
  const maps = join(place.directory, 'pg_ident.conf');
  // Beside the data directory: that one is the account's own.
  for (const [path, text] of [
    [files.config, toConfiguration(service, { port, sockets: place.sockets })],
    [files.access, ACCESS_RULES],
    [maps, ''],
  ] as const) {
    writeFileSync(path, text);
    // Whatever our umask is.
    chmodSync(path, 0o644);
  }
  const log = openSync(options.logPath, 'a', 0o600);
  let refused: string | undefined;
  const { marker } = options;
  const server = startServer(
    {
      file: join(engine.bin, 'postgres'),
      args: [
        '-D',
        place.data,
        '-c',
        `config_file=${files.config}`,
        '-c',
        `hba_file=${files.access}`,
        '-c',
        `ident_file=${maps}`,
      ],
      env: { ...engine.environment, ...(marker === undefined ? {} : { [marker.name]: marker.value }) },
      cwd: place.directory,
      account,
    },
    log,
    (detail) => (refused = detail),
  );
  closeSync(log);
  if (server === undefined) throw toStartFailure(options, refused ?? 'the system refused to start it');
  const identity = await identifyProcess(server.pid);
  if (identity !== undefined) options.register.add({ server: identity });
  const deadline = performance.now() + service.ready.timeoutMs;
  while (!isReady(place.data, server.pid)) {
    if (server.hasEnded()) throw toStartFailure(options, `it ${await server.ended}`);
    if (signal?.aborted === true || performance.now() > deadline) {
      await server.stop('SIGQUIT', STOP_GRACE_MS);
      throw signal?.aborted === true ? toStartFailure(options, 'the run ended') : toNotReady(options);
    }
    await delay(LOOK_MS);
  }
  return server;
}

/** Line 1 is the process, line 8 its state. */
function isReady(data: string, pid: number): boolean {
  const path = join(data, 'postmaster.pid');
  if (!existsSync(path)) return false;
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
}

function isPortTaken(failure: ServiceFailure): boolean {
  return failure.code === 'service/start-failed' && failure.logTail.some((line) => IN_USE.test(line));
}

function toStartFailure({ service, logPath }: PostgresServerOptions, detail: string): ServiceError {
  return new ServiceError({
    code: 'service/start-failed',
    service: service.name,
    detail,
    logPath,
    logTail: readLogTail(logPath),
  });
}

function toNotReady({ service, logPath }: PostgresServerOptions): ServiceError {
  return new ServiceError({
    code: 'service/not-ready',
    service: service.name,
    check: 'it takes no connections',
    timeoutMs: service.ready.timeoutMs,
    logPath,
    logTail: readLogTail(logPath),
  });
}
