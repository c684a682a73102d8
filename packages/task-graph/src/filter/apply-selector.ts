import type { EmptyFilterReason, Failure, GraphFailure, Package, PackageName, Result } from '@tr/model';
import { ROOT_PACKAGE, fail, findNearestPackage, isWithin, ok } from '@tr/model';
import type { CurrentPlace } from './current-package.js';
import { narrowToPlace } from './current-package.js';
import type { DirectoryPattern } from './directory-pattern.js';
import { createDirectoryPattern, normalisePath } from './directory-pattern.js';
import { createNamePattern, isNamePattern } from './name-pattern.js';
import type { PackageReach } from './package-reach.js';
import type { GitRange, PackageSelector } from './package-selector.js';
import { isBareSelector } from './package-selector.js';

/** What a selector is applied to. */
export interface SelectorContext {
  readonly packages: ReadonlyMap<PackageName, Package>;
  readonly place: CurrentPlace | undefined;
  readonly reach: PackageReach;
  changed(range: GitRange): Result<ReadonlySet<PackageName>, Failure>;
  tagged(label: string): ReadonlySet<PackageName>;
  directoryExists(path: string): boolean;
}

/** What one selector came to. */
export interface AppliedSelector {
  readonly packages: ReadonlySet<PackageName>;
  /** True when its name or its directory fits the root; a glob over directories, a change or an edge does not count. */
  readonly meansRoot: boolean;
  readonly warning: GraphFailure | undefined;
}

/** Finds the packages of one selector: those it names, narrowed to a change, then extended over the package graph. */
export function applySelector(context: SelectorContext, written: PackageSelector): Result<AppliedSelector, Failure> {
  const selector = narrowToPlace(written, context.place);
  if (isBareSelector(selector)) return fail({ code: 'graph/invalid-filter', filter: written.text, problem: 'empty' });
  const checked = checkName(context, selector);
  if (!checked.ok) return checked;
  const directory = compileDirectory(selector);
  if (!directory.ok) return directory;
  const missing = findMissingDirectory(context, selector, directory.value);
  // With `...[ref]` it is no error, as in Turborepo.
  if (missing !== undefined && !selector.matchDependencies && selector.tag === undefined) return fail(missing);
  const named = findTagged(context, selector.tag, findNamed(context, selector.name, directory.value));
  const entries = selector.range === undefined ? ok(named) : narrowToRange(context, selector, selector.range, named);
  if (!entries.ok) return entries;
  const packages = extend(context.reach, selector, entries.value);
  const isMeant = selector.name !== undefined || directory.value?.isGlob === false;
  const meansRoot = isMeant && named.includes(ROOT_PACKAGE);
  const isEmpty = named.length === 0 && selector.range === undefined && written.text !== '';
  return ok({ packages, meansRoot, warning: missing ?? (isEmpty ? explainEmpty(context, written) : undefined) });
}

/** The packages among `entries` and over the graph, as far as the selector reaches. */
export function extend(
  reach: PackageReach,
  selector: Pick<PackageSelector, 'includeDependencies' | 'includeDependents' | 'excludeSelf'>,
  entries: Iterable<PackageName>,
): ReadonlySet<PackageName> {
  const { includeDependencies, includeDependents, excludeSelf } = selector;
  const found = new Set(excludeSelf ? [] : entries);
  const add = (names: Iterable<PackageName>) => {
    for (const name of names) found.add(name);
  };
  if (includeDependencies) add(reach.dependencies(entries, excludeSelf));
  if (includeDependents) {
    const dependents = reach.dependents(entries, excludeSelf);
    add(dependents);
    // `...x...` brings in what the dependents need, too.
    if (includeDependencies) add(reach.dependencies(dependents, false));
  }
  return found;
}

/** Packages of that name (or pattern) in that directory; undefined stands for any. */
export function findNamed(
  context: Pick<SelectorContext, 'packages'>,
  name: string | undefined,
  directory: DirectoryPattern | undefined,
): readonly PackageName[] {
  const isNamed =
    name === undefined ? undefined : isNamePattern(name) ? createNamePattern(name) : (n: string) => n === name;
  const found: PackageName[] = [];
  for (const candidate of context.packages.values()) {
    if (isNamed?.(candidate.name) === false || directory?.matches(candidate.directory) === false) continue;
    found.push(candidate.name);
  }
  return found;
}

function findTagged(
  context: SelectorContext,
  label: string | undefined,
  names: readonly PackageName[],
): readonly PackageName[] {
  if (label === undefined) return names;
  const tagged = context.tagged(label);
  return names.filter((name) => tagged.has(name));
}

/** An exact name has to exist, also in an exclusion: a typo there would silently run more. */
function checkName(context: SelectorContext, selector: PackageSelector): Result<undefined, GraphFailure> {
  const { name } = selector;
  if (name === undefined || isNamePattern(name) || context.packages.has(name as PackageName)) return ok(undefined);
  const nearest = findNearestPackage(name, context.packages.keys());
  return fail({ code: 'graph/filter-unknown-package', filter: selector.text, package: name, nearest });
}

function compileDirectory(selector: PackageSelector): Result<DirectoryPattern | undefined, GraphFailure> {
  if (selector.directory === undefined) return ok(undefined);
  const pattern = createDirectoryPattern(normalisePath(selector.directory));
  if (pattern !== undefined) return ok(pattern);
  return fail({ code: 'graph/invalid-filter', filter: selector.text, problem: 'invalid-directory-glob' });
}

/** A directory, or the fixed part of a glob, should exist. */
function findMissingDirectory(
  context: SelectorContext,
  selector: PackageSelector,
  pattern: DirectoryPattern | undefined,
): GraphFailure | undefined {
  if (pattern === undefined || holdsPackage(context, pattern.base)) return undefined;
  if (context.directoryExists(pattern.base)) return undefined;
  return { code: 'graph/filter-unknown-directory', filter: selector.text, directory: pattern.base };
}

function holdsPackage(context: SelectorContext, directory: string): boolean {
  return [...context.packages.values()].some((candidate) => isWithin(candidate.directory, directory));
}

function narrowToRange(
  context: SelectorContext,
  selector: PackageSelector,
  range: GitRange,
  named: readonly PackageName[],
): Result<readonly PackageName[], Failure> {
  const changed = context.changed(range);
  if (!changed.ok) return changed;
  if (!selector.matchDependencies) return ok(named.filter((name) => changed.value.has(name)));
  const above = context.reach.dependents(changed.value, true);
  // With `^` its own change does not count.
  return ok(named.filter((name) => above.has(name) || (!selector.excludeSelf && changed.value.has(name))));
}

function explainEmpty(context: SelectorContext, written: PackageSelector): GraphFailure {
  const hasRange = written.isBarePath && /\[[^\]]*\]$/.test(written.text);
  const isNarrowed = written.name === undefined && context.place?.package !== undefined;
  const reason: EmptyFilterReason = hasRange ? 'range-after-path' : isNarrowed ? 'narrowed-to-package' : 'no-match';
  return { code: 'graph/empty-filter', filter: written.text, reason };
}
