import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceDefinition } from '@tr/model';
import { ServiceError, toDetail } from '../service-error.js';

/** How to connect to a server that runs already. */
export interface Opening<Connection> {
  readonly service: ServiceDefinition;
  /** The only part of the address that is told. */
  readonly host: string;
  /** Aborted = it is not waited for. */
  readonly signal: AbortSignal | undefined;
  readonly connect: () => Promise<Connection>;
  /** True for what a server that is still starting lets one see. */
  readonly isStarting: (error: unknown) => boolean;
}

/** Connects; waits for a server that is still starting as long as the service's readiness allows. Throws `service/unreachable`. */
export async function waitUntilOpen<Connection>(opening: Opening<Connection>): Promise<Connection> {
  const { service, host, signal, connect, isStarting } = opening;
  const deadline = performance.now() + service.ready.timeoutMs;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (signal?.aborted === true || !isStarting(error) || performance.now() >= deadline) {
        const detail = toDetail(error);
        throw new ServiceError({ code: 'service/unreachable', service: service.name, host, detail }, error);
      }
      await delay(service.ready.intervalMs);
    }
  }
}

/** The same service, for {@link waitUntilOpen} to give up at once. */
export function withoutWaiting(service: ServiceDefinition): ServiceDefinition {
  return { ...service, ready: { ...service.ready, timeoutMs: 0 } };
}
