import { fail } from '@tr/model';
import { attempt, type StoreResult } from '../trouble.js';
import type { CacheFolder } from './cache-folder.js';

/** Runs file operations on `path` of a cache folder that is in order; errors of the operating system become failures. */
export function guarded<T>(folder: CacheFolder, path: string, operation: () => StoreResult<T>): StoreResult<T> {
  const refusal = folder.check();
  if (refusal !== undefined) return fail(refusal);
  const result = attempt(path, operation);
  return result.ok ? result.value : result;
}
