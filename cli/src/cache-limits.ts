import type { LocalCacheConfig } from '@tr/config';
import type { CacheLimits } from '@tr/store';

/** The configured bounds as the store takes them: a bound that is switched off (`Infinity`) is none. */
export function toCacheLimits({ maxSizeBytes, maxAgeMs }: LocalCacheConfig): CacheLimits {
  const toBound = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
  return { maxBytes: toBound(maxSizeBytes), maxAgeMs: toBound(maxAgeMs) };
}
