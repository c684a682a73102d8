import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ok, type Result, type ServiceDefinition, type ServiceFailure } from '@tr/model';
import { createContext } from './context.js';
import { createEngine, isGiven } from './create-engine.js';
import type { Engine, EngineContext, EngineLease } from './engine.js';
import { bringBack } from './lease/bring-back.js';
import { captureAside } from './lease/capture-aside.js';
import { inTurns } from './lease/turns.js';
import { toEnvironment } from './lease/environment.js';
import { openResetSocket, type ResetSocket } from './lease/reset-socket.js';
import type { Places } from './place/places.js';
import { readMachine } from './place/process-identity.js';
import { sweepOrphans } from './place/sweep-orphans.js';
import { sweep } from './place/sweep.js';
import type {
  LeaseRequest,
  ServiceHost,
  ServiceHostOptions,
  ServiceIdentity,
  ServiceLease,
  ServiceRequest,
} from './ports.js';
import { asRefusal, ServiceError, toResult } from './service-error.js';

/** The services of one run. Makes nothing and starts nothing before the first lease. */
export function createServiceHost(options: ServiceHostOptions): ServiceHost {
  return new Host(options);
}

class Host implements ServiceHost {
  readonly #options: ServiceHostOptions;
  readonly #name = `${randomBytes(6).toString('hex')}.jsonl`;
  readonly #engines = new Map<string, Engine>();
  readonly #leases = new Set<ServiceLease>();
  #context: Promise<EngineContext> | undefined;
  /** Once, when the first server is about to start. */
  #orphans: Promise<void> | undefined;
  #socketFolder: string | undefined;
  #count = 0;

  constructor(options: ServiceHostOptions) {
    this.#options = options;
  }

  identify(service: ServiceDefinition): Promise<Result<ServiceIdentity, ServiceFailure>> {
    return toResult(async () => ({
      engine: await (await this.#engineOf(service)).identify(service, this.#options.ending),
    }));
  }

  acquire(request: LeaseRequest): Promise<Result<ServiceLease, ServiceFailure>> {
    return toResult(async () => {
      this.#orphans ??= sweepOrphans(readMachine(), this.#options.environment['XDG_RUNTIME_DIR']);
      await this.#orphans;
      const leases = await this.#leaseAll(request);
      try {
        const { places } = await this.#open();
        const socket = await openResetSocket(this.#newSocketPath(places), leases);
        const lease = toServiceLease(leases, { request, socket, places, onRelease: () => this.#leases.delete(lease) });
        this.#leases.add(lease);
        return lease;
      } catch (error) {
        await releaseAll(leases);
        throw asRefusal(error, request.services[0]?.service.name ?? '');
      }
    });
  }

  async sweep(): Promise<void> {
    const { directory, now } = this.#options;
    const registers = join(directory, 'runs');
    await sweep({ registers, machine: readMachine(), now: now(), own: this.#name });
  }

  async dispose(): Promise<void> {
    if (this.#context === undefined) return;
    const context = await this.#context;
    await Promise.all([...this.#leases].map((lease) => lease.release()));
    await Promise.all([...this.#engines.values()].map((engine) => engine.dispose()));
    await context.places.removeShared();
    context.register.remove();
  }

  /**
   * All at once, but one after the other what others may be waited for: two tasks that want the same two databases
   * of a given server would wait for each other. When one fails, those that are ready are given back.
   */
  async #leaseAll({ services, workers, signal }: LeaseRequest): Promise<readonly EngineLease[]> {
    const lease = async ({ service, state }: ServiceRequest): Promise<EngineLease> => {
      try {
        return await (await this.#engineOf(service)).lease({ service, state, workers, signal });
      } catch (error) {
        throw asRefusal(error, service.name);
      }
    };
    const { given, own } = inTurns(services, this.#options.environment);
    let turn: Promise<unknown> = Promise.resolve();
    const inTurn = given.map((request) => {
      const leased = turn.then(() => lease(request));
      turn = leased;
      return leased;
    });
    const settled = await Promise.allSettled([...inTurn, ...own.map(lease)]);
    const leases = settled.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed === undefined) return leases;
    await releaseAll(leases);
    throw failed.reason;
  }

  async #engineOf(service: ServiceDefinition): Promise<Engine> {
    const context = await this.#open();
    const key = `${service.kind} ${isGiven(service, this.#options.environment) ? 'given' : 'ours'}`;
    const known = this.#engines.get(key);
    if (known !== undefined) return known;
    const engine = createEngine(service, context);
    this.#engines.set(key, engine);
    return engine;
  }

  #open(): Promise<EngineContext> {
    this.#context ??= createContext(this.#options, {
      register: join('runs', this.#name),
      marker: this.#options.marker,
    });
    return this.#context;
  }

  #newSocketPath(places: Places): string {
    this.#socketFolder ??= places.createSocketFolder();
    this.#count += 1;
    return join(this.#socketFolder, `${this.#count}.sock`);
  }
}

interface LeaseParts {
  readonly request: LeaseRequest;
  readonly socket: ResetSocket;
  readonly places: Places;
  readonly onRelease: () => void;
}

function toServiceLease(leases: readonly EngineLease[], parts: LeaseParts): ServiceLease {
  const { request, socket, places, onRelease } = parts;
  let released: Promise<void> | undefined;
  return {
    environment: Object.assign(
      {},
      ...leases.map(({ service, address, workers }) => toEnvironment(service, address, workers)),
      request.workers === undefined ? {} : { TR_WORKERS: String(request.workers) },
      { TR_SERVICES_SOCKET: socket.path },
    ) as Record<string, string>,
    capture: (name, path) =>
      toResult(async () => {
        const lease = leases.find(({ service }) => service.name === name);
        if (lease === undefined) {
          throw new ServiceError({
            code: 'service/capture-failed',
            service: name,
            detail: 'the task does not have it',
          });
        }
        return await captureAside(lease, path, places);
      }),
    reset: async () => {
      const results = await Promise.all(leases.map((lease) => bringBack(lease, 'all')));
      return results.find(({ ok: isBack }) => !isBack) ?? ok(undefined);
    },
    release: () => {
      released ??= socket
        .close()
        .then(() => releaseAll(leases))
        .then(onRelease);
      return released;
    },
  };
}

async function releaseAll(leases: readonly EngineLease[]): Promise<void> {
  await Promise.all(leases.map((lease) => lease.release()));
}
