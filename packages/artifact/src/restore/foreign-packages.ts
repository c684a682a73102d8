import type { Manifest, RelativePath } from '@tr/model';
import type { Disk } from '@tr/store';
import { collectOutputs } from '../outputs/collect-outputs.js';
import type { OutputMatcher } from '../outputs/output-globs.js';

/** The file that makes a folder of `node_modules` or `site-packages` a package. */
const MARKER =
  /(?:^|\/)(?:node_modules\/(?:@[^/]+\/)?[^/.@][^/]*\/package\.json|site-packages\/[^/]+\.(?:dist|egg)-info\/(?:METADATA|PKG-INFO))$/;
/** What pnpm and others keep in such folders is only found through links. */
const STORE = /(?:^|\/)node_modules\/\./;

function isMarker(path: RelativePath): boolean {
  return MARKER.test(path) && !STORE.test(path);
}

/**
 * Other files among the outputs are left alone by a restore. A package is none of those: what looks for packages finds
 * it, in place of or beside those of the lockfile, where the command would have removed it (`npm ci`). Returns the files by which
 * packages are known that the manifest does not have and that would stay.
 */
export async function listForeignPackages(options: {
  readonly disk: Disk;
  readonly root: string;
  readonly matcher: OutputMatcher;
  readonly manifest: Manifest;
  /** What the restore will remove. */
  readonly removals: readonly RelativePath[];
}): Promise<readonly RelativePath[]> {
  const { disk, root, matcher, manifest, removals } = options;
  if (!manifest.entries.some(({ path }) => isMarker(path))) return [];
  const collected = await collectOutputs({ disk, root, matcher });
  if (!collected.ok) return [];
  const expected = new Set([...manifest.entries.map(({ path }) => path), ...removals]);
  return collected.value.outputs.flatMap(({ path }) => (isMarker(path) && !expected.has(path) ? path : []));
}
