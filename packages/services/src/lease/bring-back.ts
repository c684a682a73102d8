import type { Result, ServiceFailure } from '@tr/model';
import type { EngineLease } from '../engine.js';
import { ServiceError, toDetail, toResult } from '../service-error.js';

/** Brings back the task's own (undefined) or one worker's; `all` of it, also what the task has added. */
export type BroughtBack = { readonly worker: number | undefined } | 'all';

/**
 * Resets a lease. Whatever an engine throws is a failure of the service: the server may be gone, or may not let us do it.
 */
export function bringBack(lease: EngineLease, what: BroughtBack): Promise<Result<undefined, ServiceFailure>> {
  return toResult(async () => {
    try {
      await (what === 'all' ? lease.resetAll() : lease.reset(what.worker));
      return undefined;
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      const { name: service, kind } = lease.service;
      const why = `to be brought back (${toDetail(error)})`;
      throw new ServiceError({ code: 'service/unsupported', service, kind, what: why }, error);
    }
  });
}
