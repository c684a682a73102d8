import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { findInternals } from './internals.js';

/** What `node:v8` exports of V8 as it is; it loads 30 modules for what else it has. */
interface V8Internals {
  /** Sets a flag of V8, as on its command line. */
  setFlagsFromString(this: void, flags: string): void;
  /** Tells apart what compiled code is for: version and flags of V8, and what the processor can do. */
  cachedDataVersionTag(this: void): number;
}

let chosen: V8Internals | undefined;

/** The two, without `node:v8` where they can be had without it. */
export function findQuickV8(): V8Internals {
  return (chosen ??= choose());
}

function choose(): V8Internals {
  const found = findInternals('v8') as Partial<V8Internals> | undefined;
  const isKnown = typeof found?.setFlagsFromString === 'function' && typeof found.cachedDataVersionTag === 'function';
  return isKnown ? (found as V8Internals) : { setFlagsFromString, cachedDataVersionTag };
}
