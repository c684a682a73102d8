import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceDefinition } from '@tr/model';
import type { EngineContext } from '../engine.js';
import { findFreePort } from '../place/free-port.js';
import type { Place } from '../place/places.js';
import { identifyProcess } from '../place/process-identity.js';
import { startServer, type ServerProcess } from '../process.js';
import { ServiceError } from '../service-error.js';
import { readLogTail } from '../service-log.js';
import type { Instance, Readiness, ServerKind } from './server-kind.js';

/** Between looks while it starts, milliseconds; later as configured. */
const FIRST_LOOK_MS = 2;
const PORT_TRIES = 5;
const STOP_GRACE_MS = 10_000;
/** A check that takes longer has failed. */
const CHECK_MS = 5000;

/** What a server is started with. */
export interface OwnServerOptions<Program> {
  readonly kind: ServerKind<Program>;
  readonly program: Program;
  readonly service: ServiceDefinition;
  /** Its data directory is there. */
  readonly place: Place;
  readonly context: EngineContext;
  readonly signal: AbortSignal;
}

/** A running server of ours with a data directory of its own. */
export class OwnServer<Program> {
  readonly #options: OwnServerOptions<Program>;
  #instance: Instance;
  #process: ServerProcess | undefined;

  private constructor(options: OwnServerOptions<Program>) {
    this.#options = options;
    const { service, place, context } = options;
    const password = randomBytes(18).toString('base64url');
    this.#instance = { service, place, port: 0, password, logPath: context.newLogPath(service.name) };
  }

  /** Starts it on a free port; resolves when it is ready. */
  static async start<Program>(options: OwnServerOptions<Program>): Promise<OwnServer<Program>> {
    const server = new OwnServer(options);
    for (let tried = 1; ; tried += 1) {
      server.#instance = { ...server.#instance, port: await findFreePort() };
      try {
        await server.launch();
        return server;
      } catch (error) {
        const { logPath } = server.#instance;
        const isTaken = readLogTail(logPath).some((line) => options.kind.portTaken.test(line));
        if (!(error instanceof ServiceError) || tried === PORT_TRIES || !isTaken) throw error;
        rmSync(logPath, { force: true });
      }
    }
  }

  get instance(): Instance {
    return this.#instance;
  }

  isRunning(): boolean {
    return this.#process?.hasEnded() === false;
  }

  /** Ends it with everything written. Rejects when it ends otherwise. */
  async stop(): Promise<void> {
    const { kind } = this.#options;
    await this.#process?.stop(kind.stopSignal, STOP_GRACE_MS);
    const how = await this.#process?.ended;
    if (how?.includes('SIGKILL') === true) throw new Error('the server had to be killed');
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    await this.#process?.stop('SIGKILL', 0);
  }

  /** Ends it at once and removes its folders. */
  async destroy(): Promise<void> {
    await this.kill();
    await this.#options.place.remove();
  }

  /** Starts it (again, on the same port, with what is in its data directory) and waits until it is ready. */
  async launch(): Promise<void> {
    const process = await this.#spawn();
    this.#process = process;
    const { kind, program, service, signal } = this.#options;
    const started = performance.now();
    for (;;) {
      const readiness = await Promise.race([kind.check(program, this.#instance, process.pid), hangs()]);
      if (process.hasEnded()) throw this.#toStartFailure(`it ${await process.ended}`);
      if (readiness === 'ready') return;
      const waited = performance.now() - started;
      if (signal.aborted || waited > service.ready.timeoutMs) {
        await this.kill();
        throw signal.aborted ? this.#toStartFailure('the run ended') : this.#toNotReady(readiness.missing);
      }
      const { startPeriodMs, intervalMs } = service.ready;
      // Most are ready in some 10 ms; whoever is not gets asked less and less often.
      await delay(waited < startPeriodMs ? Math.min(intervalMs, FIRST_LOOK_MS + waited / 10) : intervalMs);
    }
  }

  async #spawn(): Promise<ServerProcess> {
    const { kind, program, context } = this.#options;
    const call = kind.prepare(program, this.#instance);
    const { marker } = context;
    const log = openSync(this.#instance.logPath, 'a', 0o600);
    let refused: string | undefined;
    const env = { ...call.env, ...(marker === undefined ? {} : { [marker.name]: marker.value }) };
    const started = startServer(
      { ...call, env, account: kind.account, isShell: kind.isShell },
      log,
      (detail) => (refused = detail),
    );
    closeSync(log);
    if (started === undefined) throw this.#toStartFailure(refused ?? 'the system refused to start it');
    const identity = await identifyProcess(started.pid);
    if (identity !== undefined) context.register.add({ server: identity });
    return started;
  }

  #toStartFailure(detail: string): ServiceError {
    const { logPath } = this.#instance;
    const service = this.#options.service.name;
    return new ServiceError({ code: 'service/start-failed', service, detail, logPath, logTail: readLogTail(logPath) });
  }

  #toNotReady(check: string): ServiceError {
    const { name: service, ready } = this.#options.service;
    const { logPath } = this.#instance;
    const { timeoutMs } = ready;
    return new ServiceError({
      code: 'service/not-ready',
      service,
      check,
      timeoutMs,
      logPath,
      logTail: readLogTail(logPath),
    });
  }
}

async function hangs(): Promise<Readiness> {
  await delay(CHECK_MS, undefined, { ref: false });
  return { missing: 'a check of it does not end' };
}
