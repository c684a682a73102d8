import { errorCode, fail, ok, type Result, type StoreFailure } from '@tr/model';

/** What a store gives back: a value, or trouble that must not end a run. */
export type StoreResult<T> = Result<T, StoreFailure>;

/**
 * Turns an error of the operating system into a failure; anything else is a bug and is thrown on. The path is the one that the
 * system refused, where it says so: a file that is to be stored is not to blame for a folder that cannot be made.
 */
export function toStoreFailure(error: unknown, given: string): StoreFailure {
  const code = errorCode(error);
  const path = refusedPath(error) ?? given;
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

/** The detail of a miss or a not-saved reason: code and, where there is one, the error of the operating system. */
export function troubleDetail(failure: StoreFailure): string {
  return failure.code === 'store/io' ? `${failure.code}: ${failure.detail}` : failure.code;
}

function refusedPath(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // Of a copy, a link or a rename the place to write to: the other one has just been written or read.
  if ('dest' in error && typeof error.dest === 'string') return error.dest;
  if ('path' in error && typeof error.path === 'string') return error.path;
  // Node's own refusal; empty where it refuses a whole call.
  return 'resource' in error && typeof error.resource === 'string' && error.resource !== ''
    ? error.resource
    : undefined;
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
