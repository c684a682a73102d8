import type { ServiceDefinition } from '@tr/model';
import type { EngineLease, EngineRequest } from '../engine.js';
import { ServiceError, toDetail } from '../service-error.js';

/** The leases on servers that run already: each holds a lock by a connection of this process. */
export class GivenLeases<Lease extends Pick<EngineLease, 'release'>> {
  readonly #leases = new Set<Lease>();

  /** Gets a lease ready; one that fails is given back, and the server is to blame for what nobody has named. */
  async open(
    lease: Lease,
    { request, host }: { readonly request: EngineRequest; readonly host: string },
    open: (lease: Lease) => Promise<void>,
  ): Promise<Lease> {
    this.#leases.add(lease);
    try {
      await open(lease);
      return lease;
    } catch (error) {
      await lease.release();
      throw toUnreachable(error, request.service, host);
    }
  }

  /** Gives back all of them. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#leases].map((lease) => lease.release()));
  }
}

/** What nobody has named is the server's: it is gone, or does not let us do what we want. */
export function toUnreachable(error: unknown, { name: service }: ServiceDefinition, host: string): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError({ code: 'service/unreachable', service, host, detail: toDetail(error) }, error);
}
