import { fail, ok, type Result, type StoreFailure } from '@tr/model';
import { errorCode } from './disk.js';

/** What a store gives back: a value, or trouble that must not end a run. */
export type StoreResult<T> = Result<T, StoreFailure>;

/** Turns an error of the operating system into a failure; anything else is a bug and is thrown on. */
export function toStoreFailure(error: unknown, path: string): StoreFailure {
  const code = errorCode(error);
  switch (code) {
    case undefined:
      throw error;
    case 'ENOSPC':
    case 'EDQUOT':
      return { code: 'store/no-space', path };
    case 'EROFS':
      return { code: 'store/read-only', path };
    case 'EACCES':
    case 'EPERM':
      return { code: 'store/denied', path };
    default:
      return { code: 'store/io', path, detail: code };
  }
}

/** Runs file operations on `path`; errors of the operating system become failures. */
export function attempt<T>(path: string, operation: () => T): StoreResult<T> {
  try {
    return ok(operation());
  } catch (error) {
    return fail(toStoreFailure(error, path));
  }
}

/** Like {@link attempt}, for operations that let others run in between. */
export async function attemptAsync<T>(path: string, operation: () => Promise<T>): Promise<StoreResult<T>> {
  try {
    return ok(await operation());
  } catch (error) {
    return fail(toStoreFailure(error, path));
  }
}
