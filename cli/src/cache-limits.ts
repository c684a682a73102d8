import { parseDuration, parseSize, type LocalCacheConfig } from '@tr/config';
import { fail, ok, type Result, type UsageFailure } from '@tr/model';
import type { CacheLimits } from '@tr/store';
import { findVariable } from './variables.js';

type Bounds = Pick<LocalCacheConfig, 'maxSizeBytes' | 'maxAgeMs'>;

/** The configured bounds as the store takes them: a bound that is switched off (`Infinity`) is none. */
export function toCacheLimits({ maxSizeBytes, maxAgeMs }: LocalCacheConfig): CacheLimits {
  const toBound = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
  return { maxBytes: toBound(maxSizeBytes), maxAgeMs: toBound(maxAgeMs) };
}

/** Bounds that variables give in place of the configuration. */
export function readCacheBounds(environment: Readonly<Record<string, string>>): Result<Partial<Bounds>, UsageFailure> {
  const size = findVariable(environment, 'CACHE_MAX_SIZE');
  const age = findVariable(environment, 'CACHE_MAX_AGE');
  const maxSizeBytes = size === undefined ? undefined : parseSize(size.value);
  const maxAgeMs = age === undefined ? undefined : parseDuration(age.value);
  if (size !== undefined && maxSizeBytes === undefined) return refuse(size, 'a size such as 20GB, or 0 for no bound');
  if (age !== undefined && maxAgeMs === undefined) return refuse(age, 'an age such as 14d, or 0 for no bound');
  return ok({
    ...(maxSizeBytes === undefined ? {} : { maxSizeBytes: maxSizeBytes || Infinity }),
    ...(maxAgeMs === undefined ? {} : { maxAgeMs: maxAgeMs || Infinity }),
  });
}

function refuse({ name, value }: { readonly name: string; readonly value: string }, expected: string) {
  return fail<UsageFailure>({ code: 'usage/invalid-option', option: name, value, expected });
}
