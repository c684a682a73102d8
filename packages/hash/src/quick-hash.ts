/** 64-bit hash of local bytes, 16 hex digits. */
export type QuickHash = (content: Uint8Array | string) => string;

let loaded: Promise<QuickHash> | undefined;

/**
 * Loads xxh64 (a small WebAssembly module, compiled on the first call and kept). It only answers "did this local thing
 * change since this machine looked": nothing that leaves the machine, and no action key, may contain it.
 */
export function loadQuickHash(): Promise<QuickHash> {
  loaded ??= import('xxhash-wasm')
    .then((module) => module.default())
    .then((xxhash) => (content) => {
      if (typeof content === 'string') return xxhash.h64ToString(content);
      return xxhash.h64Raw(content).toString(16).padStart(16, '0');
    });
  return loaded;
}
