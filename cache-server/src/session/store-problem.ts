import type { StoreFailure } from '@tr/model';
import type { StoreResult } from '@tr/store';
import { Problem } from '../http/problem.js';

/** The problem that a client is told when the store has trouble. */
export class StoreProblem extends Problem {
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure) {
    // Names of clients are digests in paths.
    const place = 'path' in failure ? ` ${failure.path}` : '';
    const detail = `${failure.code}${'detail' in failure ? ` ${failure.detail}` : ''}${place}`;
    super(failure.code === 'store/no-space' ? 'full' : 'store-trouble', detail);
    this.failure = failure;
  }
}

/** The value of a result; its failure is thrown as a problem. */
export function unwrap<T>(result: StoreResult<T>): T {
  if (result.ok) return result.value;
  throw new StoreProblem(result.failure);
}
