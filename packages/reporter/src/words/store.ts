import type { StoreFailure } from '@tr/model';
import type { Words } from './words.js';

const RUNS_WITHOUT = 'Results are not affected: what cannot be read or stored is executed.';

/** Words for trouble with the cache. */
export function describeStoreFailure(failure: StoreFailure): Words {
  switch (failure.code) {
    case 'store/missing':
      return { what: `The cache has no ${failure.kind} \`${failure.name}\` any more.`, next: RUNS_WITHOUT };
    case 'store/corrupt':
      return {
        what: `The cache has a damaged ${failure.kind}, \`${failure.name}\`: ${failure.detail}.`,
        next: 'It was set aside and will be stored again. `tr cache verify` checks the rest.',
      };
    case 'store/no-space':
      return {
        what: `No space is left for the cache (\`${failure.path}\`).`,
        next: `${RUNS_WITHOUT} Free some space, or lower \`cache.maxSize\` and run \`tr cache gc\`.`,
      };
    case 'store/read-only':
      return { what: `The cache lies on a read-only disk (\`${failure.path}\`).`, next: RUNS_WITHOUT };
    case 'store/denied':
      return {
        what: `The cache may not be written or read (\`${failure.path}\`: ${failure.detail ?? 'permission denied'}).`,
        next: `${RUNS_WITHOUT} Check who owns the folder, or set \`cache.dir\`.`,
      };
    case 'store/unknown-version':
      return {
        what: `The cache folder \`${failure.path}\` has a format that this version does not know (${failure.found}).`,
        next: 'It is left alone and nothing is read from it. Use the version that wrote it, or set `cache.dir`.',
      };
    case 'store/io':
      return { what: `The cache could not use \`${failure.path}\` (${failure.detail}).`, next: RUNS_WITHOUT };
    case 'store/undeclared-outputs':
      return {
        what: `\`${failure.task}\` wrote files that are not among its outputs: ${list(failure.paths)}.`,
        next: 'A cache hit will not bring them back: add them to `outputs`, or exclude them there (`!…`) if nobody needs them.',
      };
    case 'store/cache-like-output':
      return {
        what: `The outputs of \`${failure.task}\` include \`${failure.path}\` (${megabytes(failure.bytes)} MB), which looks like a cache of the tool itself.`,
        next: `Exclude it from \`outputs\` (\`!${failure.path}/**\`): every result stores it again.`,
      };
  }
}

function list(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).map((path) => `\`${path}\``);
  return paths.length > shown.length ? `${shown.join(', ')} and ${paths.length - shown.length} more` : shown.join(', ');
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
