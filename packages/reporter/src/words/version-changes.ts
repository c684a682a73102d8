import type { NameChanges } from '@tr/model';

/** A package of the lockfile that is there in another version. */
export interface VersionChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/**
 * `name@version` entries that went and came, put together where one version of a package took the place of one other;
 * the rest stays as it is.
 */
export function pairVersions(changes: NameChanges): { readonly moved: readonly VersionChange[] } & NameChanges {
  const removed = groupByName(changes.removed);
  const added = groupByName(changes.added);
  const moved: VersionChange[] = [];
  for (const [name, versions] of added) {
    const [after, ...more] = versions;
    const [before, ...others] = removed.get(name) ?? [];
    if (after === undefined || before === undefined || more.length + others.length > 0) continue;
    moved.push({ name, before, after });
  }
  const names = new Set(moved.map(({ name }) => name));
  const rest = (entries: readonly string[]): readonly string[] =>
    entries.filter((entry) => !names.has(split(entry)[0]));
  return { moved, added: rest(changes.added), removed: rest(changes.removed), modified: changes.modified };
}

function groupByName(entries: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, version] of entries.map(split)) {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [version]);
    else group.push(version);
  }
  return groups;
}

/** A name may begin with `@`, and a version may hold one (`1.0.0(peer@2.0.0)`). */
function split(entry: string): readonly [name: string, version: string] {
  const at = entry.indexOf('@', 1);
  return at === -1 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
}
