import { openServerStore, type ServerStore } from '../config/open-store.js';
import type { ServeRequest } from '../config/serve-request.js';
import { describePlace } from '../config/with-store.js';
import type { CheckOutcome } from './check.js';
import { checkDirectory } from './check-directory.js';
import { adviseOn, describeCheck } from './words.js';

/** Where `doctor` writes. */
export interface DoctorContext {
  readonly print: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** `doctor`: tries the store and says what is wrong and what to do. The exit code is 1 when the server could not work with it. */
export async function runDoctor(request: ServeRequest, { print, now }: DoctorContext): Promise<number> {
  const store = await openServerStore(request, now);
  try {
    print(`Trying ${describePlace(request.store)}.`);
    const outcomes = await check(store, now);
    for (const outcome of outcomes) {
      print(describeCheck(outcome));
      if (outcome.cause !== undefined)
        for (const line of adviseOn(outcome, store.bucket?.location)) print(`         ${line}`);
    }
    const isUsable = outcomes.every(({ verdict }) => verdict === 'ok' || verdict === 'warning');
    print(isUsable ? 'The server can work with this store.' : 'The server cannot work with this store.');
    return isUsable ? 0 : 1;
  } finally {
    store.close();
  }
}

async function check(store: ServerStore, now: () => number): Promise<readonly CheckOutcome[]> {
  if (store.bucket === undefined) return await checkDirectory(store, now);
  const { checkBucket } = await import('./check-bucket.js');
  const { bucket, conditions } = store.bucket.stores;
  return await checkBucket(bucket, conditions, now);
}
