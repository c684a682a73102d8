import type { ManifestEntry } from '@tr/model';

const CACHE_NAME = /^(?:\.?cache|\.turbo|\.parcel-cache|\.webpack|\.[a-z]+_cache)$/;
/** Smaller ones are not worth a word. */
const LARGE_BYTES = 20 * 1024 * 1024;

/** A folder among the outputs that is named like a cache of a tool, and large. */
export interface CacheLikeOutput {
  /** Workspace-relative. */
  readonly path: string;
  readonly bytes: number;
}

/** The largest folder of that sort; undefined when there is none. */
export function findCacheLikeOutput(entries: readonly ManifestEntry[]): CacheLikeOutput | undefined {
  const sizes = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type !== 'file') continue;
    const folder = cacheFolderOf(entry.path);
    if (folder !== undefined) sizes.set(folder, (sizes.get(folder) ?? 0) + entry.digest.size);
  }
  const [largest] = [...sizes].sort(([, a], [, b]) => b - a);
  return largest !== undefined && largest[1] >= LARGE_BYTES ? { path: largest[0], bytes: largest[1] } : undefined;
}

/** The outermost folder of a path that is named like a cache. */
function cacheFolderOf(path: string): string | undefined {
  const segments = path.split('/');
  const at = segments.slice(0, -1).findIndex((segment) => CACHE_NAME.test(segment));
  return at === -1 ? undefined : segments.slice(0, at + 1).join('/');
}
