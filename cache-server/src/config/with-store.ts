import { findAdvice } from '../doctor/words.js';
import { Problem } from '../http/problem.js';
import { StoreProblem } from '../session/store-problem.js';
import type { ServeRequest, StorePlace } from './serve-request.js';
import { StoreUnusableError } from './usage-error.js';

/** Does something that needs the store of a request; trouble of the store becomes words for the one who started it. */
export async function withStore<T>(request: () => ServeRequest, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { store } = request();
    const asked = store.kind === 'bucket' ? `--store '${store.url}'` : `--dir ${store.directory}`;
    throw new StoreUnusableError(
      `${describePlace(store)} cannot be used (${error.detail ?? error.code}).${adviseOn(error)} \`tr-cache-server doctor ${asked}\` says more.`,
    );
  }
}

function adviseOn(error: Problem): string {
  const advice = error instanceof StoreProblem ? findAdvice(error.failure) : undefined;
  return advice === undefined ? '' : ` ${advice}`;
}

/** Where everything lies, for people. */
export function describePlace(store: StorePlace): string {
  return store.kind === 'bucket' ? store.url : store.directory;
}
