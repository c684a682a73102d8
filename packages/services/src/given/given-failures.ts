import type { ServiceDefinition } from '@tr/model';
import { ServiceError } from '../service-error.js';

/** A database is there that is not ours. `why`: what kind of one, where that is known. */
export function toForeign(
  service: ServiceDefinition,
  database: string,
  { why, cause }: { readonly why?: 'there' | 'kept'; readonly cause?: unknown } = {},
): ServiceError {
  const failure = { code: 'service/foreign-database', service: service.name, database } as const;
  return new ServiceError(why === undefined ? failure : { ...failure, why }, cause);
}

/** States need programs on this machine: `without` says which. */
export function toUnsupported({ name: service, kind }: ServiceDefinition, without: string): ServiceError {
  const what = `states of a given server without ${without}`;
  return new ServiceError({ code: 'service/unsupported', service, kind, what });
}
