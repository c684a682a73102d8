import type { StoreFailure } from '@tr/model';
import type { StoreResult } from '@tr/store';
import { Problem } from '../http/problem.js';

/** The problem that a client is told when the store has trouble. */
function toProblem(failure: StoreFailure): Problem {
  // Names of clients are digests in paths.
  const place = 'path' in failure ? ` ${failure.path}` : '';
  const detail = `${failure.code}${'detail' in failure ? ` ${failure.detail}` : ''}${place}`;
  return new Problem(failure.code === 'store/no-space' ? 'full' : 'store-trouble', detail);
}

/** The value of a result; its failure is thrown as a problem. */
export function unwrap<T>(result: StoreResult<T>): T {
  if (result.ok) return result.value;
  throw toProblem(result.failure);
}
