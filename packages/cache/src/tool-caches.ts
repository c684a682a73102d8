/** Names that only caches of tools have: `.cache`, `.eslintcache`, `.parcel-cache`, `.rpt2_cache`. */
const CACHE_NAME = /^(?:\.[a-z\d]*[-_]?cache|\.turbo)$/;

/** True for a name that only a cache of a tool has. */
export function isCacheName(name: string): boolean {
  return CACHE_NAME.test(name);
}

/** True for `cache` in a hidden folder, such as `.next/cache` and `.angular/cache`. Yarn's is the packages themselves, where it makes no `node_modules`. */
export function isCacheInHidden(name: string, parent: string): boolean {
  return name === 'cache' && parent.startsWith('.') && parent !== '.yarn';
}
