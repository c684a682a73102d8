import type { LockfileFailure } from '@tr/model';
import type { Words } from './words.js';

const COUNTS_WHOLE = 'Until then the whole file counts for every package: any change to it misses the cache.';

/** Words for a lockfile that cannot be narrowed to the packages. */
export function describeLockfileFailure(failure: LockfileFailure): Words {
  switch (failure.code) {
    case 'lockfile/unreadable':
      return {
        what: `The lockfile \`${failure.file}\` cannot be read (${failure.detail}).`,
        next: `Let the package manager write it again, for instance after a merge conflict. ${COUNTS_WHOLE}`,
      };
    case 'lockfile/unknown-version':
      return {
        what: `The lockfile \`${failure.file}\` has a format version that is not known here (${failure.found}).`,
        next: `A newer version of this tool may know it. ${COUNTS_WHOLE}`,
      };
    case 'lockfile/binary':
      return {
        what: `The lockfile \`${failure.file}\` is in Bun's former binary format.`,
        next: `Run \`bun install --save-text-lockfile --lockfile-only\`, then delete \`${failure.file}\`. ${COUNTS_WHOLE}`,
      };
  }
}
