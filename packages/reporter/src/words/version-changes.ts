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
    packagesFirst(entries.filter((entry) => isChoice(entry) || !names.has(split(entry)[0])));
  return {
    moved,
    added: rest(changes.added),
    removed: rest(changes.removed),
    modified: packagesFirst(changes.modified),
  };
}

/**
 * `.>name` and `other@1.0.0>name`: which of several versions of `name` the package itself, or another one, gets. After a `>` of a
 * range (`name@>=2`) no name begins.
 */
const CHOICE = /^(?:\.|(?<user>.+@[^>]*))>(?<name>[@a-z].*)$/i;

function isChoice(entry: string): boolean {
  return CHOICE.test(entry);
}

function packagesFirst(entries: readonly string[]): readonly string[] {
  const choices = entries.filter(isChoice).map((entry) => {
    const { user, name = entry } = CHOICE.exec(entry)?.groups ?? {};
    return user === undefined ? `${name} (which version is used here)` : `${name} (which version ${user} uses)`;
  });
  return [...entries.filter((entry) => !isChoice(entry)), ...choices];
}

function groupByName(entries: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, version] of entries.filter((entry) => !isChoice(entry)).map(split)) {
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
