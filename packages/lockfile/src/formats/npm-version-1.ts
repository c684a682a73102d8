import { checkKeyLength } from '../limits.js';
import type { ParsedRecord } from '../shape.js';
import { expectRecord, own, recordAt, stringAt } from '../shape.js';

interface Pending {
  /** Directory whose `node_modules` holds `children`. */
  readonly directory: string;
  readonly children: ParsedRecord;
}

/**
 * The nested `dependencies` of a version 1 package-lock as the install paths of version 2. Iterative, since the
 * nesting is the file's to choose.
 */
export function packagesOfVersion1(root: ParsedRecord): Map<string, ParsedRecord> {
  const packages = new Map<string, ParsedRecord>([['', {}]]);
  const pending: Pending[] = [{ directory: '', children: recordAt(root, 'dependencies') }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const prefix = next.directory === '' ? 'node_modules/' : `${next.directory}/node_modules/`;
    for (const [name, value] of Object.entries(next.children)) {
      checkKeyLength(prefix + name);
      const entry = expectRecord(value, `dependencies[${JSON.stringify(name)}]`);
      const directory = addEntry(packages, prefix + name, entry);
      pending.push({ directory, children: recordAt(entry, 'dependencies') });
    }
  }
  return packages;
}

/** Adds one entry (two for a link, as version 2 has them) and returns the directory its own dependencies lie under. */
function addEntry(packages: Map<string, ParsedRecord>, path: string, entry: ParsedRecord): string {
  const version = stringAt(entry, 'version') ?? '';
  // npm 5 and 6 write `requires: true` where they did not look.
  const requires = typeof own(entry, 'requires') === 'boolean' ? {} : recordAt(entry, 'requires');
  const local = /^file:(?!.*\.(?:tgz|tar|tar\.gz)$)(.*)$/.exec(version)?.[1];
  if (local !== undefined) {
    packages.set(path, { link: true, resolved: local });
    packages.set(local, {
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      dependencies: requires,
    });
    return local;
  }
  const alias = /^npm:(.+)@([^@]*)$/.exec(version);
  packages.set(path, {
    ...(alias === null ? { version } : { name: alias[1], version: alias[2] }),
    resolved: own(entry, 'resolved') ?? version,
    integrity: own(entry, 'integrity'),
    dependencies: requires,
  });
  return path;
}
