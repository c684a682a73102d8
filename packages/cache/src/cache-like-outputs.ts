import type { ManifestEntry, RelativePath } from '@tr/model';
import { isBuildState } from './build-state.js';
import { isCacheInHidden, isCacheName } from './tool-caches.js';

/** Elsewhere than in a hidden folder a folder `cache` is one when it is this large, bytes. */
const LARGE_BYTES = 20 * 1024 * 1024;

/** A folder among the outputs that is named like a cache of a tool. */
export interface CacheLikeOutput {
  readonly path: string;
  readonly bytes: number;
}

/**
 * The largest folder of that sort, by its path from `directory` if it lies below; undefined when there is none. State of a compiler is not
 * counted: it belongs to what was emitted.
 */
export function findCacheLikeOutput(
  entries: readonly ManifestEntry[],
  directory: RelativePath,
): CacheLikeOutput | undefined {
  const sizes = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type !== 'file' || isBuildState(entry.path)) continue;
    const folder = cacheFolderOf(entry.path);
    if (folder !== undefined) sizes.set(folder, (sizes.get(folder) ?? 0) + entry.digest.size);
  }
  const candidates = [...sizes].map(([path, bytes]) => ({ path, bytes }));
  const largest = candidates.filter(isCache).sort((a, b) => b.bytes - a.bytes)[0];
  if (largest?.path.startsWith(`${directory}/`) !== true) return largest;
  return { ...largest, path: largest.path.slice(directory.length + 1) };
}

/** The outermost folder of a path that may be a cache. Packages in `node_modules` have folders of any name. */
function cacheFolderOf(path: string): string | undefined {
  const segments = path.split('/');
  const inPackages = segments.indexOf('node_modules');
  const at = segments.slice(0, -1).findIndex((name) => isCacheName(name) || name === 'cache');
  if (at === -1 || (inPackages !== -1 && inPackages < at - 1)) return undefined;
  return segments.slice(0, at + 1).join('/');
}

function isCache({ path, bytes }: CacheLikeOutput): boolean {
  const [name = '', parent = ''] = path.split('/').reverse();
  if (isCacheName(name) || isCacheInHidden(name, parent)) return true;
  return bytes >= LARGE_BYTES && parent !== 'node_modules' && parent !== '.yarn';
}
