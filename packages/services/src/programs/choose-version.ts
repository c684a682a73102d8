import coerce from 'semver/functions/coerce.js';
import rcompare from 'semver/functions/rcompare.js';
import satisfies from 'semver/functions/satisfies.js';

/** Something that has a version, e.g. `15.18` or `10.11.14-MariaDB`. */
export interface Versioned {
  readonly version: string;
}

/** The newest one that `range` accepts; undefined = none does. Without a range every version is accepted. */
export function chooseNewest<T extends Versioned>(candidates: readonly T[], range: string | undefined): T | undefined {
  return candidates
    .map((candidate) => ({ candidate, version: coerce(candidate.version)?.version ?? '0.0.0' }))
    .filter(({ version }) => range === undefined || satisfies(version, range))
    .sort((a, b) => rcompare(a.version, b.version))[0]?.candidate;
}
